export default {
  everybody: '所有人',
  openPicture: '查看图片',
  pictureFailed: '图片加载失败，点击重试',
  download: '下载',
  unnamedFile: '未命名文件',
  uploading: '上传进度',
  cancelUpload: '取消上传',
  uploadFailed: '上传失败',
  sent: '已上传 {percent}%，共 {size}',
  retry: '重试',
  giveUp: '取消',
}
