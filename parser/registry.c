#include "registry.h"

#include <string.h>
#include <strings.h>

#include "imapspec.h"

/* IANA's registry of IMAP capabilities. What ends in "=" is a family: any value may follow. */
static const char *const capabilities[] = {"ACL",
                                           "ANNOTATE-EXPERIMENT-1",
                                           "APPENDLIMIT",
                                           "APPENDLIMIT=",
                                           "AUTH=",
                                           "BINARY",
                                           "CATENATE",
                                           "CHILDREN",
                                           "COMPRESS=DEFLATE",
                                           "CONDSTORE",
                                           "CONTEXT=SEARCH",
                                           "CONTEXT=SORT",
                                           "CONVERT",
                                           "CREATE-SPECIAL-USE",
                                           "ENABLE",
                                           "ESEARCH",
                                           "ESORT",
                                           "FILTERS",
                                           "I18NLEVEL=1",
                                           "I18NLEVEL=2",
                                           "ID",
                                           "IDLE",
                                           "IMAP4",
                                           "IMAP4rev1",
                                           "IMAP4rev2",
                                           "IMAPSIEVE=",
                                           "INPROGRESS",
                                           "JMAPACCESS",
                                           "LANGUAGE",
                                           "LIST-EXTENDED",
                                           "LIST-METADATA",
                                           "LIST-MYRIGHTS",
                                           "LIST-STATUS",
                                           "LITERAL+",
                                           "LITERAL-",
                                           "LOGIN-REFERRALS",
                                           "LOGINDISABLED",
                                           "MAILBOX-REFERRALS",
                                           "MESSAGELIMIT=",
                                           "METADATA",
                                           "METADATA-SERVER",
                                           "MOVE",
                                           "MULTIAPPEND",
                                           "MULTISEARCH",
                                           "NAMESPACE",
                                           "NOTIFY",
                                           "OBJECTID",
                                           "PARTIAL",
                                           "PREVIEW",
                                           "QRESYNC",
                                           "QUOTA",
                                           "QUOTA=",
                                           "QUOTASET",
                                           "REPLACE",
                                           "RIGHTS=",
                                           "SASL-IR",
                                           "SAVEDATE",
                                           "SAVELIMIT=",
                                           "SEARCH=FUZZY",
                                           "SEARCHRES",
                                           "SORT",
                                           "SORT=DISPLAY",
                                           "SPECIAL-USE",
                                           "STARTTLS",
                                           "STATUS=SIZE",
                                           "THREAD=",
                                           "UIDBATCHES",
                                           "UIDONLY",
                                           "UIDPLUS",
                                           "UNAUTHENTICATE",
                                           "UNSELECT",
                                           "URL-PARTIAL",
                                           "URLAUTH",
                                           "URLAUTH=BINARY",
                                           "UTF8=",
                                           "WITHIN"};

/* IANA's registry of IMAP mailbox name attributes. */
static const char *const attributes[] = {
    "\\All",           "\\Archive",     "\\Drafts",     "\\Flagged", "\\HasChildren",
    "\\HasNoChildren", "\\Important",   "\\Junk",       "\\Marked",  "\\Memos",
    "\\Noinferiors",   "\\NonExistent", "\\Noselect",   "\\Remote",  "\\Scheduled",
    "\\Sent",          "\\Snoozed",     "\\Subscribed", "\\Trash",   "\\Unmarked"};

/* IANA's registry of IMAP response codes. */
static const char *const codes[] = {"ALERT",
                                    "ALREADYEXISTS",
                                    "ANNOTATE",
                                    "ANNOTATIONS",
                                    "APPENDUID",
                                    "AUTHENTICATIONFAILED",
                                    "AUTHORIZATIONFAILED",
                                    "BADCHARSET",
                                    "BADCOMPARATOR",
                                    "BADEVENT",
                                    "BADURL",
                                    "CANNOT",
                                    "CAPABILITY",
                                    "CLIENTBUG",
                                    "CLOSED",
                                    "COMPRESSIONACTIVE",
                                    "CONTACTADMIN",
                                    "COPYUID",
                                    "CORRUPTION",
                                    "EXPIRED",
                                    "EXPUNGEISSUED",
                                    "HASCHILDREN",
                                    "HIGHESTMODSEQ",
                                    "INPROGRESS",
                                    "INUSE",
                                    "LIMIT",
                                    "MAILBOXID",
                                    "MAXCONVERTMESSAGES",
                                    "MAXCONVERTPARTS",
                                    "MESSAGELIMIT",
                                    "METADATA",
                                    "MODIFIED",
                                    "NOMODSEQ",
                                    "NONEXISTENT",
                                    "NOPERM",
                                    "NOTIFICATIONOVERFLOW",
                                    "NOTSAVED",
                                    "NOUPDATE",
                                    "OVERQUOTA",
                                    "PARSE",
                                    "PERMANENTFLAGS",
                                    "PRIVACYREQUIRED",
                                    "READ-ONLY",
                                    "READ-WRITE",
                                    "REFERRAL",
                                    "SERVERBUG",
                                    "TEMPFAIL",
                                    "TOOBIG",
                                    "TRYCREATE",
                                    "UIDNEXT",
                                    "UIDNOTSTICKY",
                                    "UIDREQUIRED",
                                    "UIDVALIDITY",
                                    "UNAVAILABLE",
                                    "UNDEFINED-FILTER",
                                    "UNKNOWN-CTE",
                                    "UNSEEN",
                                    "URLMECH",
                                    "USEATTR"};

const char *imap_response_code(size_t index) {
    return index < sizeof codes / sizeof *codes ? codes[index] : NULL;
}

static bool is_experimental(const uint8_t *name, size_t size) {
    return size > 0 && (name[0] | 0x20) == 'x';
}

bool registry_has_capability(const uint8_t *name, size_t size) {
    for (size_t i = 0; i < sizeof capabilities / sizeof *capabilities; i++) {
        size_t length = strlen(capabilities[i]);
        bool is_family = capabilities[i][length - 1] == '=';
        bool is_long_enough = is_family ? size >= length : size == length;
        if (is_long_enough && strncasecmp((const char *)name, capabilities[i], length) == 0) {
            return true;
        }
    }
    return is_experimental(name, size);
}

/* Is it one of the words? In any case. */
static bool is_among(const char *const *words, size_t count, const uint8_t *name, size_t size) {
    for (size_t i = 0; i < count; i++) {
        if (strlen(words[i]) == size && strncasecmp((const char *)name, words[i], size) == 0) {
            return true;
        }
    }
    return false;
}

bool registry_has_attribute(const uint8_t *name, size_t size) {
    return is_among(attributes, sizeof attributes / sizeof *attributes, name, size) ||
           (size > 0 && is_experimental(name + 1, size - 1));
}

bool registry_has_code(const uint8_t *name, size_t size) {
    return is_among(codes, sizeof codes / sizeof *codes, name, size) || is_experimental(name, size);
}
