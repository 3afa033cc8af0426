export default {
  network: '网络连接失败，请检查网络后重试',
  timeout: '服务器没有响应，请稍后重试',
  unexpected: '服务器返回了无法识别的内容，请稍后重试',
  unknown: '出了点问题，请重试',
}
