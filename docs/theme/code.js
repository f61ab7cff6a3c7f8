// CSS cannot tell short code from long, which has to be broken to fit on a phone.
for (const code of document.querySelectorAll("main :is(p, li, td) code")) {
  code.classList.toggle("short", code.textContent.length <= 24);
}

// What scrolls has to be reached by the keyboard.
for (const box of document.querySelectorAll("main pre > code, main .checkbox-label")) {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
}
