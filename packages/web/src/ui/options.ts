/** One thing to choose in SelectMenu and SegmentedControl. */
export interface Option<Value extends string | number = string> {
  value: Value
  label: string
  badge?: number
  disabled?: boolean
}
