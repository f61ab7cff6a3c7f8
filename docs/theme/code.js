// CSS cannot tell short code from long, which has to be broken to fit on a phone.
for (const code of document.querySelectorAll("main :is(p, li, td) code")) {
  code.classList.toggle("short", code.textContent.length <= 24);
}

// What scrolls has to be reached by the keyboard.
for (const code of document.querySelectorAll("main pre > code")) {
  if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
}
