// CSS cannot tell short code from long, which has to be broken to fit on a phone.
for (const code of document.querySelectorAll("main :is(p, li, td) code")) {
  code.classList.toggle("short", code.textContent.length <= 24);
}
