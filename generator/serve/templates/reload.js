// Reload the page when the site has a new version. Only in `atrae serve`.
const version = document.currentScript.dataset.version;
new EventSource("/_atrae/versions").onmessage = (event) => {
  if (event.data !== version) location.reload();
};
