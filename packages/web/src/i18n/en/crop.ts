export default {
  title: 'Change picture',
  choose: 'Choose a picture',
  another: 'Another picture',
  area: 'Crop area: drag it, or move it with the arrow keys',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  rotate: 'Rotate',
  unreadable: 'This picture cannot be opened. Choose a JPG or PNG.',
  cancel: 'Cancel',
  done: 'Done',
}
