// A small Bluesky: a PLC directory, a personal data server and an AppView, until standard input ends.
// Environment: POSTGRES (the URL of a fresh database), REDIS (host:port), PORTS (three of them, for the directory, the
// server and the AppView, with commas between). Prints one line of JSON when it is ready.
'use strict'
const { EXAMPLE_LABELER, TestBsky, TestPds, TestPlc, mockNetworkUtilities } = require('@atproto/dev-env')

const NOBODY = 'did:example:nobody'

async function main() {
  const [plcPort, pdsPort, viewPort] = process.env.PORTS.split(',').map(Number)
  const plc = await TestPlc.create({ port: plcPort })
  const view = await TestBsky.create({
    port: viewPort,
    publicUrl: `http://localhost:${viewPort}`,
    plcUrl: plc.url,
    pdsPort,
    repoProvider: `ws://localhost:${pdsPort}`,
    dbPostgresUrl: process.env.POSTGRES,
    dbPostgresSchema: 'appview',
    redisHost: process.env.REDIS,
    modServiceDid: NOBODY,
    labelsFromIssuerDids: [EXAMPLE_LABELER],
  })
  const pds = await TestPds.create({
    port: pdsPort,
    hostname: 'localhost',
    didPlcUrl: plc.url,
    bskyAppViewUrl: view.url,
    bskyAppViewDid: view.ctx.cfg.serverDid,
    modServiceUrl: 'https://moderation.invalid',
    modServiceDid: NOBODY,
    enableDidDocWithSession: true,
  })
  mockNetworkUtilities(pds, view)

  let stopping = false
  async function stop() {
    if (stopping) return
    stopping = true
    for (const one of [view, pds, plc]) await one.close().catch(() => {})
    process.exit(0)
  }
  process.stdin.resume()
  process.stdin.once('end', stop)
  process.once('SIGTERM', stop)
  console.log(JSON.stringify({ plc: plc.url, pds: pds.url, view: view.url }))
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
