/** Words of the design system's own parts. */
export default {
  back: '返回',
  close: '关闭',
  cancel: '取消',
  save: '保存',
  clear: '清空',
  more: '更多',
  retry: '重试',
  undo: '撤销',
  showPassword: '显示密码',
  hidePassword: '隐藏密码',
  loading: '正在加载',
  slow: '网络较慢，仍在加载…',
  resize: '调整宽度',
  notifications: '操作提示',
  counted: '已输入 {count} 字，最多 {max} 字',
  withCount: '{label}，有 {count} 条新的',
}
