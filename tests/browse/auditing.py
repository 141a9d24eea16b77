"""What in a page can run, load, style, submit or pretend: asked of the DOM that Chromium made of it."""

from __future__ import annotations

import json

from playwright.sync_api import Page

#: Elements that pages of this site have no use for, in a body. Scripts are the site's own files, and have no text.
_NEVER = (
    "iframe frame frameset object embed applet portal base style template noembed xmp plaintext marquee video audio "
    "source track foreignobject animate animatetransform animatemotion set image use math feimage mpath bgsound layer"
)

_AUDIT = """([root, own]) => {
  const never = new Set(%(never)s), found = [];
  const say = (e, what) => found.push(`${what}: ${e.cloneNode().outerHTML.slice(0, 300)}`);
  const address = (e, name, value, schemes) => {
    let url;
    try { url = new URL(value, document.baseURI); } catch { return say(e, `an address that is none`); }
    if (url.origin === own && /^https?:$/.test(url.protocol)) return;
    if (!schemes.test(url.href)) say(e, `${name} leads to ${url.href.slice(0, 60)}`);
  };
  const walk = e => {
    const tag = e.localName.toLowerCase(), strange = e.closest(".readme, [data-text]") !== null;
    if (never.has(tag)) say(e, "an element that has no place here");
    if (/[^a-z0-9]/.test(tag)) say(e, "an element nobody knows");
    const ours = tag === "script" && /(^|\\/)assets\\//.test(e.getAttribute("src")) && !e.textContent.trim();
    if (tag === "script" && !ours) say(e, "a script");
    if ((tag === "link" || tag === "meta") && e.closest("body")) say(e, "out of its place");
    if (tag === "form" && strange) say(e, "a form");
    for (const {name, value} of e.attributes) {
      if (/^on/i.test(name)) say(e, "a handler");
      if (/^(style|srcset|srcdoc|formaction|ping|background|xlink:href|http-equiv)$/i.test(name) &&
          !(tag === "meta" && /content-security-policy/i.test(value))) say(e, name);
      if (/^(href|action|cite|data)$/i.test(name)) address(e, name, value, /^(https?:|mailto:|data:image\\/svg)/);
      if (/^(src|poster)$/i.test(name)) address(e, name, value, /^data:image\\//);
      if (/^target$/i.test(name)) say(e, "opens a window");
      if (name === "href" && tag === "link" && /^https?:/.test(value) && e.rel !== "canonical") say(e, "loads afar");
      if (strange && name === "id" && !value.startsWith("readme-")) say(e, "an id that could be the page's");
      if (strange && name === "name") say(e, "a name that could be the page's");
    }
    const away = tag === "a" && /^https?:$/.test(e.protocol) && e.origin !== own;
    if (away && !/\\bnoopener\\b/.test(e.rel)) say(e, "no rel");
    if (away && strange && !/\\bnofollow\\b/.test(e.rel)) say(e, "followed");
    for (const child of e.childNodes) {
      if (child.nodeType === Node.COMMENT_NODE) found.push(`a comment: ${child.data.slice(0, 100)}`);
      if (child.nodeType === Node.ELEMENT_NODE) walk(child);
    }
  };
  walk(root);
  return found;
}""" % {"never": json.dumps(_NEVER.split())}  # noqa: UP031 - the script is full of braces

_FRAGMENTS = """async htmls => {
  const audit = %s, found = [], box = document.createElement("div");
  box.className = "readme";
  document.body.append(box);
  htmls.forEach((html, at) => {
    box.innerHTML = html;
    const wrong = audit([box, location.origin]);
    const once = box.innerHTML;
    box.innerHTML = once;
    if (box.innerHTML !== once) wrong.push("changes when it is read again");
    wrong.forEach(what => found.push([at, what]));
    if (document.body.lastElementChild !== box) found.push([at, "left its box"]);
  });
  await new Promise(done => setTimeout(done, 200));
  return found;
}"""


def audit(page: Page, own: str) -> list[str]:
    """What is wrong with the page that is open; `own` is the origin of the site."""
    script = f"own => ({_AUDIT})([document.documentElement, own])"
    found: list[str] = page.evaluate(script, own.rstrip("/"))
    return found


def audit_fragments(page: Page, htmls: list[str]) -> list[tuple[int, str]]:
    """What is wrong with pieces of HTML, each put into the open page by itself: its number and what it is.

    That includes HTML which means something else when it is written out and read again.
    """
    return [(at, what) for at, what in page.evaluate(_FRAGMENTS.replace("%s", _AUDIT, 1), htmls)]
