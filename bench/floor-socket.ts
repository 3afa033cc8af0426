/*
 * The floor for live push: the bare runtime publishes frames of the same size to the same number of subscribers,
 * in batches of one event-loop turn, as the server does after each commit. `/publish?count=N` starts it.
 */
const frame = JSON.stringify({ event: 'message', data: 'x'.repeat(420), channel: 'group-1' })
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request, server) {
    if (server.upgrade(request, { data: undefined })) return
    const count = Number(new URL(request.url).searchParams.get('count'))
    for (let sent = 0; sent < count; sent++) server.publish('group-1', frame, false)
    return new Response('{"code":0}')
  },
  websocket: {
    message() {},
    open(socket) {
      socket.subscribe('group-1')
    },
  },
})
console.log(server.port)
