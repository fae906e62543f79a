// Everything in the conversation that a stranger must not be able to bring about, told in words; [] where all is well.
// Run with all folds open.
(() => {
  const found = [];
  const tell = (what, node) => found.push(`${what}: ${(node?.outerHTML ?? '').slice(0, 160)}`);
  const asides = document.querySelectorAll('aside.conversation');
  if (asides.length !== 1) return [`${asides.length} asides`];
  const [aside] = asides;

  // Elements and attributes: the words of strangers hold text and links, the rest is ours.
  const words = 'a abbr b bdi blockquote br cite code del em i ins kbd li mark ol p pre q rp rt ruby s small strong sub sup u ul var'.split(' ');
  const forbidden = 'script style link meta base iframe frame frameset object embed applet template slot noscript svg math video audio source picture canvas dialog select textarea table marquee plaintext xmp';
  aside.querySelectorAll(forbidden.replaceAll(' ', ',')).forEach(node => tell('element', node));
  for (const node of aside.querySelectorAll('*')) {
    const within = node.parentElement.closest('.e-content');
    if (within && !words.includes(node.localName)) tell('element in words', node);
    for (const {name, value} of node.attributes) {
      if (/^on|^style$|^srcdoc$|^formaction$|^ping$|^target$|^background$|^contenteditable$/.test(name)) tell(name, node);
      if (within && !['href', 'rel', 'dir'].includes(name)) tell(`${name} in words`, node);
      if (name === 'href' && !/^(https?:\/\/|mailto:|#)/.test(value) && new URL(value, document.baseURI).origin !== location.origin) tell('address', node);
      if (name === 'href' && within && node.rel !== 'nofollow ugc') tell('rel', node);
      if (name === 'src' && new URL(value, document.baseURI).origin !== location.origin) tell('source', node);
    }
  }
  aside.querySelectorAll('form').forEach(form => form.matches('.conversation-form') || tell('form', form));

  // Ids: each once, and none that a stranger chose.
  const ids = [...document.querySelectorAll('[id]')].map(node => node.id);
  ids.filter((id, place) => ids.indexOf(id) !== place).forEach(id => found.push(`id twice: ${id}`));
  for (const name of ['getElementById', 'querySelector', 'cookie', 'body', 'title'])
    if (document[name] instanceof HTMLElement && name !== 'body') found.push(`clobbered: ${name}`);

  // The page round it: theme's footer outside and after, nothing after the end.
  const footer = [...document.querySelectorAll('body footer')].at(-1);
  if (!footer || aside.contains(footer) || !(aside.compareDocumentPosition(footer) & Node.DOCUMENT_POSITION_FOLLOWING)) found.push('footer');
  if (document.compatMode !== 'CSS1Compat') found.push('quirks');

  // Layout: the aside within the window, acts below one another and within their list, nothing over anything.
  const box = node => node.getBoundingClientRect();
  const {left, right, height} = box(aside);
  if (left < -1 || right > document.documentElement.clientWidth + 1 || !height) found.push(`aside from ${left} to ${right}`);
  const cites = [...aside.querySelectorAll('.h-cite.p-comment, .h-cite.u-mention')];
  cites.forEach((cite, place) => {
    if (place && !cites[place - 1].contains(cite) && box(cite).top < box(cites[place - 1]).bottom - 1) tell('overlap', cite);
    for (const node of cite.querySelectorAll('*')) {
      if (node.matches('.conversation-unseen')) continue;
      const one = box(node);
      if (one.width && (one.left < left - 1 || one.right > right + 1)) { tell(`outside ${one.left} to ${one.right}`, node); break; }
      if (['fixed', 'sticky'].includes(getComputedStyle(node).position)) tell('position', node);
    }
  });
  // A list holds items, and an item of the thread holds somebody's reply: none was closed by a stranger's own <li>.
  for (const list of aside.querySelectorAll('ol, ul'))
    for (const item of list.children)
      if (item.localName !== 'li' || (list.querySelector('.p-comment') && !item.querySelector('.p-comment'))) tell('item', item);
  const replies = [...aside.querySelectorAll('.p-comment')];
  if (!replies.at(0)?.textContent.includes('Words of person') || !replies.at(-1)?.textContent.includes('Words of person')) found.push('first and last reply');
  if (new Set(replies.map(reply => reply.closest('ol'))).size !== 1) found.push('replies in several lists');
  aside.querySelectorAll('a[href], button, summary').forEach(node => {
    // A name that can be seen: letters, digits, signs; not only blanks.
    if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(node.textContent.replace(/[\u115f\u1160\u3164\uffa0\u2800]/gu, ''))) tell('blank', node);
  });

  // Letters: nothing that reorders, climbs or cannot be seen at length.
  const text = aside.textContent;
  const letters = [[/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u, 'bidi'], [/[\p{Mn}\p{Me}]{5,}/u, 'zalgo'],
    [/[\u200b-\u200d\u2060\u00ad\u034f\u180e]{3,}/u, 'zero-width'], [/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/u, 'control']];
  letters.filter(([pattern]) => pattern.test(text)).forEach(([, name]) => found.push(name));
  return found.slice(0, 8);
})()
