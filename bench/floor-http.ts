/*
 * The floor for HTTP: the bare runtime reads the same form and answers the same bytes, with no chat behind it.
 */
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const form = new URLSearchParams(await request.text())
    const body = JSON.stringify({ code: 0, msg: 'ok', data: { mid: form.get('content')!.length, seq: 1 } })
    return new Response(body, {
      headers: { 'Content-Type': 'application/json;charset=utf-8', 'Cache-Control': 'no-store' },
    })
  },
})
console.log(server.port)
