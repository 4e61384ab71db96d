// Asks which version of the site is the present one, and shows it. Only in `atrae serve`.
const shown = document.currentScript.dataset.version;
new EventSource("/_atrae/versions").onmessage = (event) => {
  if (event.data !== shown) location.reload();
};
