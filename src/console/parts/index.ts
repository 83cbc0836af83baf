/** What pages are made of. */
export { Button, type ButtonProps } from './act/Button';
export { ask, Dialog, Questions, type Question } from './act/Dialog';
export { download } from './act/download';
export { Checkbox, errorOf, Field, Select, TextArea } from './act/Field';
export { Form, useForm, type FormProps, type FormState } from './act/Form';
export { toast, toastProblem, Toasts } from './act/Toast';
export { useBusy, useEvery, useLive, useLoad, type Loaded } from './hooks';
export { FilterSelect } from './list/Filters';
export { Pager } from './list/Pager';
export { EmptyState, ErrorState, Loading, OfflineBar, Shown } from './list/states';
export { Table, type Column, type TableProps } from './list/Table';
export { KeysHelp, startKeys } from './page/keys';
export { Layout, Mark, type NavEntry } from './page/Layout';
export { PageHead } from './page/PageHead';
export { Tabs, type Tab } from './page/Tabs';
export { Badge, Icon, toneOf, wordOf, type Tone } from './show/Badge';
export { Chart, type ChartProps, type ChartSeries } from './show/Chart';
export { Copy } from './show/Copy';
export {
  absolute,
  clock,
  count,
  decimal,
  duration,
  keyTitle,
  percent,
  plural,
  relative,
  words,
  zone,
} from './show/format';
export { LedgerBar, ledgerParts, type LedgerPart } from './show/LedgerBar';
export { Sparkline, type SparklineProps } from './show/Sparkline';
export { ShownOnce } from './show/ShownOnce';
export { Clock, Time } from './show/Time';
export { linkTo } from './why/links';
export { keyOf, SubjectOf } from './why/Named';
export { Thing, webhookName } from './why/Thing';
export { Why, WhyPanel, type WhySubject } from './why/Why';
