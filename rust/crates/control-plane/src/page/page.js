// Renews the page's content when the fleet changes, unless somebody is filling in a form, and says so
// while it cannot. A page that nobody sees asks for nothing: a browser has six connections for a place.
const AGAIN = 10_000; // ms
let news, later;

const live = (is) => document.body.classList.toggle("lost", !is);

function listen() {
  news?.close();
  clearTimeout(later);
  if (document.hidden) return;
  news = new EventSource("/v1/events");
  news.addEventListener("open", () => live(true));
  news.addEventListener("error", () => {
    live(false);
    // A browser gives up where there was no room.
    if (news.readyState === EventSource.CLOSED) later = setTimeout(listen, AGAIN);
  });
  news.addEventListener("status", (event) => {
    if (event.lastEventId !== document.body.dataset.news) renew();
  });
}

async function renew() {
  if (document.activeElement?.matches("main input, main select")) return;
  try {
    const answer = await fetch(location.href);
    live(answer.ok);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.body.dataset.news = fresh.body.dataset.news;
    document.getElementById("main").replaceWith(fresh.getElementById("main"));
  } catch {
    live(false);
  }
}

document.addEventListener("visibilitychange", listen);
listen();
