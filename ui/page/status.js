// What a screen reader is told: one line, in a region that stays while its text changes.
element.setAttribute('role', 'status');
element.setAttribute('aria-live', 'polite');
