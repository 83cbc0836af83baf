/** Columns by name: which one has the numbers, in the languages of those who make the lists. Pure. */

/** Nobody sees these, and copied headers and byte order marks bring them along. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const ACCENTS = /[\u0300-\u036f]/g;
/** The dot below that Hindi, Bengali, Punjabi and Gujarati write or leave away, and what stretches and vowels Arabic. */
const OPTIONAL = /[\u093c\u09bc\u0a3c\u0abc\u0640\u064b-\u0652]/g;
const BETWEEN = /[^\p{L}\p{M}\p{N}]/gu;

/** A header's cell as a name: what can't be seen and blanks around it don't count. */
export const columnName = (cell: string): string => cell.replace(INVISIBLE, '').trim();

/** What is the same of "Mobile No.", "mobile_no" and "MOBILE NO": letters and digits, without accents. */
const keyOf = (name: string): string =>
  name.normalize('NFKD').replace(ACCENTS, '').replace(OPTIONAL, '').normalize('NFC').replace(BETWEEN, '').toLowerCase();

/** In order of preference: the first are those of the API, the last may also name something else. */
const NAMES: readonly string[] = [
  ...['to', 'phone', 'mobile', 'msisdn', 'number', 'destination'],
  // English
  ...[
    'phone number',
    'mobile number',
    'phone no',
    'mobile no',
    'phone num',
    'mobile num',
    'phone mobile',
    'mobile phone',
  ],
  ...['mobile phone number', 'phone e164', 'e164', 'cell', 'cell phone', 'cell number', 'cell no', 'cell phone number'],
  ...[
    'mob',
    'mob no',
    'mob number',
    'ph',
    'ph no',
    'ph number',
    'telephone',
    'telephone number',
    'telephone no',
    'tel no',
  ],
  ...['phone 1', 'mobile 1', 'phone 1 value', 'primary phone', 'sms number', 'customer phone', 'customer mobile'],
  ...[
    'customer phone number',
    'customer mobile number',
    'contact number',
    'contact no',
    'contact phone',
    'contact mobile',
  ],
  ...[
    'whatsapp',
    'whatsapp number',
    'whatsapp no',
    'whatsapp phone',
    'recipient number',
    'to number',
    'destination number',
  ],
  // Hindi
  ...['मोबाइल', 'मोबाइल नंबर', 'मोबाइल नम्बर', 'मोबाइल नं', 'मोबाईल', 'मोबाईल नंबर', 'फोन', 'फोन नंबर', 'फोन नम्बर', 'फोन नं'],
  ...['दूरभाष', 'दूरभाष संख्या', 'संपर्क नंबर', 'सम्पर्क नंबर', 'व्हाट्सएप', 'व्हाट्सएप नंबर', 'व्हाट्सऐप', 'व्हाट्सऐप नंबर', 'वॉट्सऐप नंबर'],
  // Spanish
  ...['teléfono', 'número de teléfono', 'teléfono móvil', 'móvil', 'número de móvil', 'número móvil', 'celular'],
  ...['número de celular', 'número celular', 'teléfono celular', 'nro de teléfono', 'nro teléfono', 'no de teléfono'],
  ...['número de whatsapp', 'número de contacto', 'teléfono de contacto'],
  // Portuguese
  ...['telefone', 'número de telefone', 'telemóvel', 'número de telemóvel', 'telefone celular', 'número do celular'],
  ...['número do telefone', 'fone', 'telefone móvel', 'número do whatsapp', 'número de contato', 'telefone de contato'],
  // French
  ...['téléphone', 'numéro de téléphone', 'numéro téléphone', 'n° de téléphone', 'n° téléphone', 'no de téléphone'],
  ...['n de téléphone', 'téléphone portable', 'téléphone mobile', 'portable', 'numéro de portable', 'numéro portable'],
  ...['numéro de mobile', 'numéro mobile', 'n° portable', 'n° mobile', 'gsm', 'numéro whatsapp', 'numéro de contact'],
  // Arabic
  ...['الهاتف', 'هاتف', 'رقم الهاتف', 'رقم هاتف', 'الجوال', 'جوال', 'رقم الجوال', 'رقم جوال', 'الموبايل', 'موبايل'],
  ...[
    'رقم الموبايل',
    'رقم موبايل',
    'المحمول',
    'رقم المحمول',
    'الهاتف المحمول',
    'رقم الهاتف المحمول',
    'تليفون',
    'التليفون',
  ],
  ...['رقم التليفون', 'تلفون', 'رقم التلفون', 'واتساب', 'رقم الواتساب', 'رقم واتساب', 'رقم الاتصال'],
  // Indonesian
  ...['nomor hp', 'no hp', 'hp', 'handphone', 'nomor handphone', 'no handphone', 'ponsel', 'nomor ponsel', 'no ponsel'],
  ...['telepon', 'nomor telepon', 'no telepon', 'no telp', 'nomor telp', 'telp', 'telepon seluler', 'nomor seluler'],
  ...['nomor whatsapp', 'no whatsapp', 'nomor wa', 'no wa', 'nomor kontak', 'no kontak'],
  // What may also be a name or a count
  ...[
    'recipient',
    'receiver',
    'tel',
    'contact',
    'contacto',
    'contato',
    'kontak',
    'संपर्क',
    'nomor',
    'número',
    'numéro',
    'رقم',
    'नंबर',
    'wa',
  ],
];

/** What phones are called; a name of nothing but these and {@link BESIDE} says as well that it has numbers. */
const PHONES = wordsOf(`phone mobile cell cellphone cellular handphone telephone tel mob ph whatsapp msisdn
  मोबाइल मोबाईल फोन दूरभाष मो व्हाट्सएप व्हाट्सऐप वॉट्सऐप
  teléfono teléf telf tlf tfno móvil celular cel telefónico telefone telemóvel fone téléphone portable gsm
  هاتف الهاتف جوال الجوال موبايل الموبايل محمول المحمول نقال النقال خلوي الخلوي تليفون التليفون تلفون التلفون واتساب الواتساب
  hp ponsel telepon telp telpon tlp seluler wa
  মোবাইল ফোন মুঠোফোন મોબાઇલ મોબાઈલ ફોન மொபைல் கைபேசி தொலைபேசி அலைபேசி మొబైల్ ఫోన్ ಮೊಬೈಲ್ ಫೋನ್ മൊബൈൽ ഫോൺ ਮੋਬਾਈਲ ਮੋਬਾਇਲ ਫੋਨ موبائل فون
  telefon telefonnummer handy handynummer mobil mobilnummer mobiltelefon rufnummer telefono cellulare
  телефон телефона мобильный мобильного тел cep telefonu thoại
  手机 手机号 手机号码 手機 手機號碼 电话 电话号码 電話 電話號碼 電話番号 携帯電話 携帯番号 携帯電話番号
  전화 전화번호 휴대폰 휴대폰번호 핸드폰 핸드폰번호 휴대전화 เบอร์โทร เบอร์โทรศัพท์ โทรศัพท์ เบอร์มือถือ มือถือ`);
const BESIDE = wordsOf(`number no num nr nro nbr n o sms contact customer registered primary value
  user client subscriber member guest recipient receiver billing shipping delivery default address account profile
  home work office personal private business main secondary alternate alternative alt other your my e164
  নম্বর নাম্বার નંબર எண் నంబర్ నెంబర్ ಸಂಖ್ಯೆ ನಂಬರ್ നമ്പർ ਨੰਬਰ نمبر
  nummer numero di номер numarası số điện nombor 番号 번호
  नंबर नम्बर नं न संख्या क्रमांक संपर्क सम्पर्क número núm de del do da contacto contato numéro رقم nomor kontak
  1 2 3 4 5 6 7 8 9`);

/** Words of what {@link keyOf} would join, and figures that stand right behind one. */
function wordsOf(name: string): ReadonlySet<string> {
  return new Set(
    name
      .replace(/(?<=\p{L})(?=\d+$)/u, ' ')
      .split(BETWEEN)
      .map(keyOf)
      .filter(Boolean),
  );
}

/** Rank of a name that is no known one, by its words: behind those, and `Phone 2` behind `Phone 1`. */
function rankOfWords(name: string): number | null {
  const words = [...wordsOf(name)];
  const isKnown = words.every((word) => PHONES.has(word) || BESIDE.has(word)) && words.some((word) => PHONES.has(word));
  return isKnown ? NAMES.length + Number(words.find((word) => /^\d$/.test(word)) ?? 0) : null;
}

const RANKS: ReadonlyMap<string, number> = new Map(NAMES.map((name, rank) => [keyOf(name), rank] as const).reverse());

/** How what is said of a row begins whose number stood in another column of numbers: it is a recipient all the same. */
export const OTHER_COLUMN_NOTE = 'is empty: the number is that of the column';

/** `Phone (with country code)`: what is in brackets behind a name says how to write what it names. */
const NOTED = /^\s*([^([]+?)\s*(?:\([^()]*\)|\[[^[\]]*\])\s*$/;

/** Between the words of `homePhone`. */
const JOINED = /(?<=\p{Ll})(?=\p{Lu})/gu;

/** How well a column's name says that it has numbers: 0 is the best, null = it doesn't say so. */
export function numberColumnRank(name: string): number | null {
  const rank = RANKS.get(keyOf(name)) ?? rankOfWords(name) ?? rankOfWords(name.replace(JOINED, ' '));
  const [, bare] = NOTED.exec(name) ?? [];
  return rank === null && bare !== undefined ? numberColumnRank(bare) : rank;
}
