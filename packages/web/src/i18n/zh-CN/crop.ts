export default {
  title: '更换头像',
  choose: '选择图片',
  another: '换一张',
  area: '裁剪区域，可拖动，或用方向键移动',
  zoomIn: '放大',
  zoomOut: '缩小',
  rotate: '旋转',
  unreadable: '无法打开这张图片，请换一张 JPG 或 PNG',
  cancel: '取消',
  done: '完成',
}
