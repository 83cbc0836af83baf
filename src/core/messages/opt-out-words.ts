/**
 * Words by which people opt out and in again, by language. English is Twilio's, AWS', Telnyx' and Braze's published
 * keywords and how people spell them; of the other languages vendors publish little (French in Canada, China's TD), so
 * the imperative and the noun of "stop" and "start" stand here as people write them, in their script and in Latin
 * letters. Sources and their days: docs/opt-out.md.
 */

export type Language = keyof typeof WORDS;

interface Words {
  /** Each is a whole message: the person wants no more. */
  stop: readonly string[];
  /** Each is a whole message: the person wants messages again. */
  start: readonly string[];
  /** What may stand before or behind without meaning anything of its own. */
  please?: readonly string[];
}

/** Splits a list in which `|` parts the words; blanks belong to a phrase. */
const list = (text: string): string[] => text.split('|').map((word) => word.trim());

export const WORDS = {
  en: {
    stop: list(
      'stop|stopall|stop all|unsubscribe|unsub|un-subscribe|unsubscribe me|unsub me|unsubscribe all|cancel|end|quit|revoke|' +
        'optout|opt out|opt me out|remove|remove me|remove my number|take me off|delete my number|arret|td|dnd|' +
        'do not disturb|stop sending messages|stop sending me messages|stop sending sms|stop sending texts|stop sending me texts|stop sending me sms|stop all messages|stop texting me|' +
        'stop messaging me|stop these messages|stop this service|no more messages|no more texts|no more sms|' +
        'do not text|do not text me|dont text me|do not message me|dont message me|do not contact me|dont contact me|' +
        'do not send|do not send sms|do not send messages|reply stop|send stop|text stop|sms stop',
    ),
    start: list('start|unstop|subscribe|resubscribe|optin|opt in'),
    please: list('please|pls|plz|pleas|kindly|thanks|thank you|thankyou|thx|just|now|ok|okay|sir|madam|hi|hello'),
  },
  hi: {
    stop: list(
      'रुको|रुकें|रुकिए|रुकिये|रोको|रोकें|रोकिए|रोकिये|रोक दो|बंद|बन्द|बंद करो|बन्द करो|बंद करें|बन्द करें|बंद करे|बंद कीजिए|' +
        'बंद कर दो|बंद कर दें|मत भेजो|मत भेजें|मैसेज मत भेजो|मैसेज बंद करो|एसएमएस बंद करो|संदेश बंद करें|स्टॉप|स्टाप|' +
        'band|band karo|band kare|band karen|band kijiye|band kar do|message band karo|sms band karo|mat bhejo|' +
        'message mat bhejo|sms mat bhejo|roko|ruko|rok do',
    ),
    start: list('शुरू|शुरु|शुरू करो|शुरू करें|चालू|चालू करो|चालू करें|स्टार्ट|shuru|shuru karo|chalu|chalu karo'),
    please: list('कृपया|प्लीज|प्लीज़|kripya'),
  },
  ta: {
    stop: list('நிறுத்து|நிறுத்தவும்|நிறுத்துங்கள்|நிறுத்துக|ஸ்டாப்|niruthu|niruthavum|niruthungal'),
    start: list('தொடங்கு|தொடங்கவும்|தொடங்குங்கள்|ஆரம்பி|ஆரம்பிக்கவும்|ஸ்டார்ட்'),
    please: list('தயவுசெய்து|தயவு செய்து'),
  },
  te: {
    stop: list('ఆపు|ఆపండి|ఆపివేయి|ఆపివేయండి|ఆపేయండి|నిలిపివేయండి|నిలిపివేయి|స్టాప్|aapu|aapandi|apandi'),
    start: list('ప్రారంభించు|ప్రారంభించండి|మొదలుపెట్టండి|స్టార్ట్'),
    please: list('దయచేసి'),
  },
  mr: {
    stop: list('थांबा|थांबवा|थांब|थांबव|बंद|बंद करा|पाठवू नका|मेसेज बंद करा|स्टॉप|thamba|thambva|thambava|band kara'),
    start: list('सुरू|सुरु|सुरू करा|सुरु करा|चालू करा|suru|suru kara'),
    please: list('कृपया'),
  },
  bn: {
    stop: list('থামুন|থামাও|থামান|থামো|বন্ধ|বন্ধ করুন|বন্ধ করো|বন্ধ কর|স্টপ|bondho|bondho korun|bandho korun|thamun'),
    start: list('শুরু|শুরু করুন|শুরু করো|চালু|চালু করুন|স্টার্ট'),
    please: list('দয়া করে|অনুগ্রহ করে'),
  },
  kn: {
    stop: list('ನಿಲ್ಲಿಸಿ|ನಿಲ್ಲಿಸು|ನಿಲ್ಲಿಸಿರಿ|ಸ್ಟಾಪ್|nillisi|nillisu'),
    start: list('ಪ್ರಾರಂಭಿಸಿ|ಆರಂಭಿಸಿ|ಶುರು ಮಾಡಿ|ಸ್ಟಾರ್ಟ್'),
    please: list('ದಯವಿಟ್ಟು'),
  },
  ml: {
    stop: list('നിർത്തുക|നിര്‍ത്തുക|നിർത്തൂ|നിർത്തു|നിറുത്തുക|സ്റ്റോപ്പ്|സ്റ്റോപ്|nirthuka|nirthu|niruthuka'),
    start: list('തുടങ്ങുക|തുടങ്ങൂ|ആരംഭിക്കുക|സ്റ്റാർട്ട്'),
    please: list('ദയവായി'),
  },
  gu: {
    stop: list('રોકો|બંધ|બંધ કરો|અટકાવો|અટકો|થોભો|સ્ટોપ|bandh|bandh karo|roko|atkavo'),
    start: list('શરૂ|શરૂ કરો|ચાલુ|ચાલુ કરો|સ્ટાર્ટ|sharu karo|chalu karo'),
    please: list('કૃપા કરીને|મહેરબાની કરીને'),
  },
  pa: {
    stop: list('ਰੋਕੋ|ਰੁਕੋ|ਬੰਦ|ਬੰਦ ਕਰੋ|ਸਟਾਪ|roko|band karo'),
    start: list('ਸ਼ੁਰੂ|ਸ਼ੁਰੂ ਕਰੋ|ਚਾਲੂ|ਚਾਲੂ ਕਰੋ|ਸਟਾਰਟ'),
    please: list('ਕਿਰਪਾ ਕਰਕੇ'),
  },
  ur: {
    stop: list('روکیں|روکو|رکو|رکیں|بند|بند کریں|بند کرو|بند کر دیں|سٹاپ|اسٹاپ|band karo|roko'),
    start: list('شروع|شروع کریں|شروع کرو|سٹارٹ|اسٹارٹ'),
    please: list('براہ کرم|براہ مہربانی'),
  },
  es: {
    stop: list(
      'alto|baja|parar|pare|cancelar|detener|terminar|salir|anular|fin|basta|desuscribir|desuscribirme|dar de baja|' +
        'darme de baja|dame de baja|denme de baja|cancelar suscripción|no más|no más mensajes|no más sms',
    ),
    start: list('alta|iniciar|inicio|comenzar|empezar|dar de alta|reanudar'),
    please: list('por favor|porfavor|gracias'),
  },
  fr: {
    stop: list(
      'arrêt|arrett|arrête|arrêter|arrêtez|stopper|désabonner|désabonnement|me désabonner|désabonnez moi|désinscrire|' +
        'désinscription|me désinscrire|annuler|résilier|fin|plus de sms|plus de messages',
    ),
    start: list('début|commencer|reprendre|réabonner|abonner|me réabonner'),
    please: list('svp|stp|s il vous plaît|sil vous plaît|merci'),
  },
  de: {
    stop: list(
      'stopp|abmelden|abmeldung|abbestellen|ende|beenden|kündigen|kuendigen|aufhören|aufhoeren|austragen|widerruf|' +
        'abbrechen|keine sms|keine sms mehr|keine nachrichten mehr',
    ),
    start: list('anmelden|anmeldung|starten|fortsetzen'),
    please: list('bitte|danke'),
  },
  pt: {
    stop: list(
      'parar|pare|sair|cancelar|cancele|cancelar inscrição|remover|descadastrar|desinscrever|fim|encerrar|' +
        'não quero receber|não enviar|não envie mais',
    ),
    start: list('iniciar|começar|cadastrar|retomar'),
    please: list('por favor|obrigado|obrigada'),
  },
  it: {
    stop: list(
      'ferma|fermare|fermate|basta|annulla|annullare|cancella|cancellami|disiscrivi|disiscrivimi|disdici|disdetta',
    ),
    start: list('inizia|avvia|riprendi|iscrivimi'),
    please: list('per favore|per piacere|grazie'),
  },
  ar: {
    stop: list('توقف|أوقف|أوقفوا|إيقاف|إلغاء|إلغاء الاشتراك|ألغ الاشتراك|قف|وقف|ستوب'),
    start: list('ابدأ|بدء|ابدأوا|تشغيل|اشتراك'),
    please: list('من فضلك|رجاء|لو سمحت|شكرا'),
  },
  nl: {
    stop: list('stoppen|afmelden|uitschrijven|einde|opzeggen|geen sms|geen sms meer'),
    start: list('aanmelden|starten|hervatten'),
    please: list('aub|alstublieft|bedankt'),
  },
  id: {
    stop: list('berhenti|hentikan|henti|unreg|batal|keluar'),
    start: list('mulai'),
    please: list('tolong|mohon|terima kasih'),
  },
  tr: {
    stop: list('dur|durdur|iptal|ret|çık|abonelik iptal'),
    start: list('başla|başlat'),
    please: list('lütfen|teşekkürler'),
  },
  ru: {
    stop: list('стоп|отписка|отписаться|отпишите меня|отмена|хватит|прекратите'),
    start: list('старт|начать|подписаться'),
    please: list('пожалуйста|спасибо'),
  },
} satisfies Record<string, Words>;

/** Opt-outs that are one country's: India's DND, which people start (TRAI's preference register, by SMS to 1909). */
export const COUNTRY_STOPS: Partial<Record<string, readonly string[]>> = {
  IN: list('start dnd|dnd start|dnd on|activate dnd|start 0'),
};

/** Countries by language, ISO 3166 alpha-2; English is understood everywhere. */
const COUNTRIES: Record<Exclude<Language, 'en'>, string> = {
  hi: 'IN NP',
  ta: 'IN LK SG MY',
  te: 'IN',
  mr: 'IN',
  bn: 'IN BD',
  kn: 'IN',
  ml: 'IN',
  gu: 'IN',
  pa: 'IN PK',
  ur: 'IN PK',
  es: 'ES MX AR CO CL PE VE EC GT CU BO DO HN PY SV NI CR PA UY PR GQ US',
  fr: 'FR BE CH LU MC CA SN CI CM ML BF NE TG BJ GA CG CD MG GN TD HT RE GP MQ GF TN DZ MA LB',
  de: 'DE AT CH LI LU BE',
  pt: 'PT BR AO MZ CV GW ST TL',
  it: 'IT CH SM VA',
  ar: 'AE SA QA KW BH OM EG JO LB IQ SY YE LY TN DZ MA SD PS MR',
  nl: 'NL BE SR',
  id: 'ID',
  tr: 'TR CY',
  ru: 'RU BY KZ KG',
};

const languagesByCountry = new Map<string, Language[]>();
for (const [language, countries] of Object.entries(COUNTRIES) as [Language, string][]) {
  for (const country of countries.split(' ')) {
    languagesByCountry.set(country, [...(languagesByCountry.get(country) ?? []), language]);
  }
}

/** The languages that people of these countries may answer in, English first. @param countries ISO 3166 alpha-2. */
export function languagesOf(countries: Iterable<string>): Language[] {
  const found = new Set<Language>(['en']);
  for (const country of countries) for (const language of languagesByCountry.get(country) ?? []) found.add(language);
  return [...found];
}
