// Hand a finished file to the browser: made here, so that the server serves no files at all.
(parcel) => {
  if (!parcel) return;
  const { name, type, text } = JSON.parse(parcel);
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
