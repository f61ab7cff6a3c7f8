// Renews the page's content when the fleet changes, unless somebody is typing in it.
const news = new EventSource("/v1/events");
let first = true;
news.addEventListener("status", async () => {
  if (first) { first = false; return; }
  const main = document.getElementById("main");
  if (main.contains(document.activeElement) && document.activeElement !== document.body) return;
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
  if (fresh) main.replaceWith(fresh);
});
