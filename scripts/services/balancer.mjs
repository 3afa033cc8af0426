// @ts-check
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/**
 * One address for several: each connection goes to the next node in turn that takes it. It knows nothing of sessions, as
 * a site's balancer need not.
 *
 * @param {number} port
 * @param {readonly number[]} nodes ports on this machine
 * @returns {Promise<import('node:net').Server>}
 * @throws Error when the port is taken
 */
export async function startBalancer(port, nodes) {
  let turn = 0
  const server = createServer((client) => {
    client.on('error', () => client.destroy())
    pass(client, nodes.length)
  })

  /**
   * @param {import('node:net').Socket} client
   * @param {number} tries
   */
  function pass(client, tries) {
    const node = connect(/** @type {number} */ (nodes[turn++ % nodes.length]), '127.0.0.1')
    const giveUp = () => (tries > 1 && !client.destroyed ? pass(client, tries - 1) : client.destroy())
    node.once('error', giveUp)
    node.once('connect', () => {
      node.off('error', giveUp)
      lead(client, node)
      lead(node, client)
    })
  }

  server.listen(port)
  await once(server, 'listening')
  return server
}

/**
 * @param {import('node:net').Socket} from
 * @param {import('node:net').Socket} to
 */
function lead(from, to) {
  from.on('error', () => to.destroy())
  from.once('close', () => to.destroy())
  from.pipe(to)
}
