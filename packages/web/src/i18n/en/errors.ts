export default {
  network: 'No connection. Check your network and try again.',
  timeout: 'The server did not answer. Please try again in a moment.',
  unexpected: 'The server sent something unreadable. Please try again in a moment.',
  unknown: 'Something went wrong. Please try again.',
}
