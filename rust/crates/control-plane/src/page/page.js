// Renews the page's content when the fleet changes, unless somebody is filling in a form, and says so
// while it cannot.
const news = new EventSource("/v1/events");
const live = (is) => document.body.classList.toggle("lost", !is);
let first = true;
news.addEventListener("open", () => live(true));
news.addEventListener("error", () => live(false));
news.addEventListener("status", async () => {
  if (first) { first = false; return; }
  if (document.activeElement?.matches("main input, main select")) return;
  try {
    const answer = await fetch(location.href);
    live(answer.ok);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
    if (fresh) document.getElementById("main").replaceWith(fresh);
  } catch {
    live(false);
  }
});
