// Loaded before everything else: every TCP server of this process listens on 127.0.0.1 only, whatever it asks for.
'use strict'
const net = require('node:net')

const listen = net.Server.prototype.listen

net.Server.prototype.listen = function (first, ...rest) {
  if (first !== null && typeof first === 'object' && first.port !== undefined) {
    return listen.call(this, { ...first, host: '127.0.0.1' }, ...rest)
  }
  if (typeof first === 'number' || /^\d+$/.test(String(first))) {
    // listen(port, host?, backlog?, callback?): what is left of it besides the callback is not needed
    const callback = rest.find((one) => typeof one === 'function')
    return listen.call(this, { port: Number(first), host: '127.0.0.1' }, ...(callback ? [callback] : []))
  }
  if (first === undefined || typeof first === 'function') {
    return listen.call(this, { port: 0, host: '127.0.0.1' }, ...(first ? [first] : []))
  }
  return listen.call(this, first, ...rest)
}
