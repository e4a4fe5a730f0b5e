#include "structure.h"

#include <ctype.h>
#include <libetpan/libetpan.h>
#include <stdio.h>
#include <string.h>

enum { MOST_LEVELS = 1024, MOST_CAPITALS = 4096 };

typedef void leaf_writer(struct form *, const void *field);

struct choice {
    int value;                  /* OTHERWISE: any that is not before it */
    const struct field *fields; /* of the same structure; NULL after the last choice */
};

struct field {
    const char *before, *after; /* words */
    const char *missing; /* words that stand for all of it where there is NULL; may be NULL */
    const char *between; /* the elements of a list; NULL: SP */
    size_t offset;
    /* One of these, or none: then it is `before` and `after` alone. */
    leaf_writer *leaf;
    const struct field *structure;  /* that a pointer leads to */
    const struct field *list;       /* of each element of a clist */
    const struct choice *choices;   /* by a number */
    int (*kind)(const void *field); /* what that number is; NULL: an int stands there */
};

enum { OTHERWISE = -1 };

#define FIELDS(...)                                                                                \
    (const struct field[]) {                                                                       \
        __VA_ARGS__, {                                                                             \
            0                                                                                      \
        }                                                                                          \
    }
#define CHOICES(...)                                                                               \
    (const struct choice[]) {                                                                      \
        __VA_ARGS__, {                                                                             \
            0, NULL                                                                                \
        }                                                                                          \
    }
#define WORDS(TEXT)     FIELDS({.before = (TEXT)})
#define AT(TYPE, FIELD) .offset = offsetof(struct mailimap_##TYPE, FIELD)

static const struct field extension[2], body[4]; /* they are within themselves */

/* ---- leaves -------------------------------------------------------------------------------- */

static const char *text_at(const void *field) {
    return *(const char *const *)field;
}

static void write_here(struct form *form, const void *text) {
    form_string(form, text, strlen(text));
}

static void write_string(struct form *form, const void *field) {
    const char *text = text_at(field);
    form_string(form, text, text ? strlen(text) : 0);
}

static void write_words(struct form *form, const void *field) {
    const char *words = text_at(field);
    form_word(form, words ? words : "");
}

static void write_text(struct form *form, const void *field) {
    const char *text = text_at(field);
    form_text(form, text, text ? strlen(text) : 0);
}

/* In capitals: case means nothing. */
static void write_capital(struct form *form, const void *field) {
    char capitals[MOST_CAPITALS];
    const char *text = text_at(field);
    size_t size = 0;
    while (text && text[size] && size < sizeof capitals) {
        capitals[size] = (char)toupper((unsigned char)text[size]);
        size++;
    }
    form_string(form, text ? capitals : NULL, size);
}

static void write_number(struct form *form, const void *field) {
    form_number(form, *(const uint32_t *)field);
}

static void write_number64(struct form *form, const void *field) {
    form_number(form, *(const uint64_t *)field);
}

/* 0 is where it is not said. */
static void write_origin(struct form *form, const void *field) {
    uint32_t origin = *(const uint32_t *)field;
    if (origin != 0) {
        form_word(form, "<");
        form_number(form, origin);
        form_word(form, ">");
    }
}

static void write_delimiter(struct form *form, const void *field) {
    form_string(form, *(const char *)field ? field : NULL, 1);
}

static void write_earlier(struct form *form, const void *field) {
    form_word(form, *(const int *)field ? "(EARLIER) " : "");
}

/* 0 is "*". */
static void write_set_number(struct form *form, uint32_t number) {
    if (number == 0) {
        form_word(form, "*");
    } else {
        form_number(form, number);
    }
}

static void write_set_item(struct form *form, const void *structure) {
    const struct mailimap_set_item *item = structure;
    write_set_number(form, item->set_first);
    form_word(form, ":");
    write_set_number(form, item->set_last);
}

static void write_section(struct form *form, const void *structure) {
    const struct mailimap_msg_att_body_section *section = structure;
    form_string(form, section->sec_body_part, section->sec_length);
}

static void write_content(struct form *form, const void *structure) {
    const struct mailimap_msg_att_static *att = structure;
    /* The three members of the union for RFC822, .HEADER and .TEXT are alike. */
    form_string(form, att->att_data.att_rfc822.att_content, att->att_data.att_rfc822.att_length);
}

static void write_date_time(struct form *form, const void *field) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const struct mailimap_date_time *date = *(struct mailimap_date_time *const *)field;
    char text[128];
    int month = date->dt_month >= 1 && date->dt_month <= 12 ? date->dt_month - 1 : 0;
    snprintf(text, sizeof text, "\"%2d-%.3s-%04d %02d:%02d:%02d %+05d\"", date->dt_day,
             months + 3 * (ptrdiff_t)month, date->dt_year, date->dt_hour, date->dt_min,
             date->dt_sec, date->dt_zone);
    form_word(form, text);
}

/* ---- flags --------------------------------------------------------------------------------- */

static const struct field flag[] = {
    {AT(flag, fl_type),
     .choices = CHOICES(
         {MAILIMAP_FLAG_ANSWERED, WORDS("\\Answered")}, {MAILIMAP_FLAG_FLAGGED, WORDS("\\Flagged")},
         {MAILIMAP_FLAG_DELETED, WORDS("\\Deleted")}, {MAILIMAP_FLAG_SEEN, WORDS("\\Seen")},
         {MAILIMAP_FLAG_DRAFT, WORDS("\\Draft")},
         {MAILIMAP_FLAG_KEYWORD, FIELDS({AT(flag, fl_data.fl_keyword), .leaf = write_words})},
         {MAILIMAP_FLAG_EXTENSION,
          FIELDS({.before = "\\", AT(flag, fl_data.fl_extension), .leaf = write_words})})},
    {0}};

static const struct field flag_fetch[] = {
    {AT(flag_fetch, fl_type),
     .choices = CHOICES(
         {MAILIMAP_FLAG_FETCH_RECENT, WORDS("\\Recent")},
         {MAILIMAP_FLAG_FETCH_OTHER, FIELDS({AT(flag_fetch, fl_flag), .structure = flag})})},
    {0}};

static const struct field flag_perm[] = {
    {AT(flag_perm, fl_type),
     .choices =
         CHOICES({MAILIMAP_FLAG_PERM_ALL, WORDS("\\*")},
                 {MAILIMAP_FLAG_PERM_FLAG, FIELDS({AT(flag_perm, fl_flag), .structure = flag})})},
    {0}};

static const struct field flag_list[] = {
    {.before = "(", .after = ")", .missing = "()", AT(flag_list, fl_list), .list = flag}, {0}};

/* ---- mailboxes ----------------------------------------------------------------------------- */

static const struct field oflag[] = {
    {AT(mbx_list_oflag, of_type),
     .choices =
         CHOICES({MAILIMAP_MBX_LIST_OFLAG_NOINFERIORS, WORDS("\\Noinferiors")},
                 {MAILIMAP_MBX_LIST_OFLAG_FLAG_EXT,
                  FIELDS({.before = "\\", AT(mbx_list_oflag, of_flag_ext), .leaf = write_words})})},
    {0}};

static const struct field oflags[] = {{AT(mbx_list_flags, mbf_oflags), .list = oflag}, {0}};

static const struct field sflag[] = {
    {AT(mbx_list_flags, mbf_sflag),
     .choices = CHOICES({MAILIMAP_MBX_LIST_SFLAG_MARKED, WORDS(" \\Marked")},
                        {MAILIMAP_MBX_LIST_SFLAG_NOSELECT, WORDS(" \\Noselect")},
                        {MAILIMAP_MBX_LIST_SFLAG_UNMARKED, WORDS(" \\Unmarked")},
                        {MAILIMAP_MBX_LIST_SFLAG_ERROR, WORDS("")})},
    {0}};

static const struct field mailbox_list[] = {
    {.before = "(", .after = ")", .missing = "()", AT(mailbox_list, mb_flag), .structure = oflags},
    {.before = " ", AT(mailbox_list, mb_delimiter), .leaf = write_delimiter},
    {.before = " ", AT(mailbox_list, mb_name), .leaf = write_string},
    {AT(mailbox_list, mb_flag), .structure = sflag},
    {0}};

static const struct field number[] = {{.leaf = write_number}, {0}};
static const struct field string[] = {{.leaf = write_here}, {0}};

static const struct field status_info[] = {
    {AT(status_info, st_att),
     .choices = CHOICES({MAILIMAP_STATUS_ATT_MESSAGES, WORDS("MESSAGES ")},
                        {MAILIMAP_STATUS_ATT_RECENT, WORDS("RECENT ")},
                        {MAILIMAP_STATUS_ATT_UIDNEXT, WORDS("UIDNEXT ")},
                        {MAILIMAP_STATUS_ATT_UIDVALIDITY, WORDS("UIDVALIDITY ")},
                        {MAILIMAP_STATUS_ATT_UNSEEN, WORDS("UNSEEN ")},
                        {MAILIMAP_STATUS_ATT_EXTENSION,
                         FIELDS({AT(status_info, st_ext_data), .structure = extension})})},
    {AT(status_info, st_att),
     .choices = CHOICES({MAILIMAP_STATUS_ATT_EXTENSION, WORDS("")},
                        {OTHERWISE, FIELDS({AT(status_info, st_value), .leaf = write_number})})},
    {0}};

static const struct field mailbox_status[] = {
    {.before = "STATUS ", AT(mailbox_data_status, st_mailbox), .leaf = write_string},
    {.before = " (",
     .after = ")",
     .missing = " ()",
     AT(mailbox_data_status, st_info_list),
     .list = status_info},
    {0}};

static const struct field mailbox_data[] = {
    {AT(mailbox_data, mbd_type),
     .choices = CHOICES(
         {MAILIMAP_MAILBOX_DATA_FLAGS,
          FIELDS({.before = "FLAGS ", AT(mailbox_data, mbd_data), .structure = flag_list})},
         {MAILIMAP_MAILBOX_DATA_LIST,
          FIELDS({.before = "LIST ", AT(mailbox_data, mbd_data), .structure = mailbox_list})},
         {MAILIMAP_MAILBOX_DATA_LSUB,
          FIELDS({.before = "LSUB ", AT(mailbox_data, mbd_data), .structure = mailbox_list})},
         {MAILIMAP_MAILBOX_DATA_SEARCH, FIELDS({.before = "SEARCH ",
                                                .missing = "SEARCH",
                                                AT(mailbox_data, mbd_data),
                                                .list = number})},
         {MAILIMAP_MAILBOX_DATA_STATUS,
          FIELDS({AT(mailbox_data, mbd_data), .structure = mailbox_status})},
         {MAILIMAP_MAILBOX_DATA_EXISTS,
          FIELDS({.after = " EXISTS", AT(mailbox_data, mbd_data), .leaf = write_number})},
         {MAILIMAP_MAILBOX_DATA_RECENT,
          FIELDS({.after = " RECENT", AT(mailbox_data, mbd_data), .leaf = write_number})},
         {MAILIMAP_MAILBOX_DATA_EXTENSION_DATA,
          FIELDS({AT(mailbox_data, mbd_data), .structure = extension})})},
    {0}};

/* ---- envelopes ----------------------------------------------------------------------------- */

static const struct field address[] = {
    {.before = "(", AT(address, ad_personal_name), .leaf = write_string},
    {.before = " ", AT(address, ad_source_route), .leaf = write_string},
    {.before = " ", AT(address, ad_mailbox_name), .leaf = write_string},
    {.before = " ", .after = ")", AT(address, ad_host_name), .leaf = write_string},
    {0}};

/* The six kinds of lists of addresses are alike: a clist is all that there is. */
static const struct field addresses[] = {{.before = " (",
                                          .after = ")",
                                          .missing = " NIL",
                                          .between = "",
                                          AT(env_from, frm_list),
                                          .list = address},
                                         {0}};

static const struct field envelope[] = {
    {.before = "(", AT(envelope, env_date), .leaf = write_string},
    {.before = " ", AT(envelope, env_subject), .leaf = write_string},
    {.missing = " NIL", AT(envelope, env_from), .structure = addresses},
    {.missing = " NIL", AT(envelope, env_sender), .structure = addresses},
    {.missing = " NIL", AT(envelope, env_reply_to), .structure = addresses},
    {.missing = " NIL", AT(envelope, env_to), .structure = addresses},
    {.missing = " NIL", AT(envelope, env_cc), .structure = addresses},
    {.missing = " NIL", AT(envelope, env_bcc), .structure = addresses},
    {.before = " ", AT(envelope, env_in_reply_to), .leaf = write_string},
    {.before = " ", .after = ")", AT(envelope, env_message_id), .leaf = write_string},
    {0}};

/* ---- bodies -------------------------------------------------------------------------------- */

static const struct field body_extension[] = {
    {AT(body_extension, ext_type),
     .choices = CHOICES({MAILIMAP_BODY_EXTENSION_NSTRING,
                         FIELDS({AT(body_extension, ext_data), .leaf = write_string})},
                        {MAILIMAP_BODY_EXTENSION_NUMBER,
                         FIELDS({AT(body_extension, ext_data), .leaf = write_number})},
                        {MAILIMAP_BODY_EXTENSION_LIST, FIELDS({.before = "(",
                                                               .after = ")",
                                                               AT(body_extension, ext_data),
                                                               .list = body_extension})})},
    {0}};

static const struct field parameter[] = {
    {AT(single_body_fld_param, pa_name), .leaf = write_string},
    {.before = " ", AT(single_body_fld_param, pa_value), .leaf = write_string},
    {0}};

static const struct field parameters[] = {
    {.before = "(", .after = ")", AT(body_fld_param, pa_list), .list = parameter}, {0}};

static const struct field disposition[] = {
    {.before = "(", AT(body_fld_dsp, dsp_type), .leaf = write_string},
    {.before = " ",
     .after = ")",
     .missing = " NIL)",
     AT(body_fld_dsp, dsp_attributes),
     .structure = parameters},
    {0}};

static const struct field language[] = {
    {AT(body_fld_lang, lg_type),
     .choices = CHOICES(
         {MAILIMAP_BODY_FLD_LANG_SINGLE,
          FIELDS({AT(body_fld_lang, lg_data), .leaf = write_string})},
         {MAILIMAP_BODY_FLD_LANG_LIST,
          FIELDS({.before = "(", .after = ")", AT(body_fld_lang, lg_data), .list = string})})},
    {0}};

static const struct field encoding[] = {
    {AT(body_fld_enc, enc_type),
     .choices = CHOICES({MAILIMAP_BODY_FLD_ENC_7BIT, WORDS("\"7BIT\"")},
                        {MAILIMAP_BODY_FLD_ENC_8BIT, WORDS("\"8BIT\"")},
                        {MAILIMAP_BODY_FLD_ENC_BINARY, WORDS("\"BINARY\"")},
                        {MAILIMAP_BODY_FLD_ENC_BASE64, WORDS("\"BASE64\"")},
                        {MAILIMAP_BODY_FLD_ENC_QUOTED_PRINTABLE, WORDS("\"QUOTED-PRINTABLE\"")},
                        {MAILIMAP_BODY_FLD_ENC_OTHER,
                         FIELDS({AT(body_fld_enc, enc_value), .leaf = write_capital})})},
    {0}};

static const struct field body_fields[] = {
    {.missing = "NIL", AT(body_fields, bd_parameter), .structure = parameters},
    {.before = " ", AT(body_fields, bd_id), .leaf = write_string},
    {.before = " ", AT(body_fields, bd_description), .leaf = write_string},
    {.before = " ", .missing = " NIL", AT(body_fields, bd_encoding), .structure = encoding},
    {.before = " ", AT(body_fields, bd_size), .leaf = write_number},
    {0}};

static const struct field media_basic[] = {
    {AT(media_basic, med_type),
     .choices = CHOICES({MAILIMAP_MEDIA_BASIC_APPLICATION, WORDS("\"APPLICATION\"")},
                        {MAILIMAP_MEDIA_BASIC_AUDIO, WORDS("\"AUDIO\"")},
                        {MAILIMAP_MEDIA_BASIC_IMAGE, WORDS("\"IMAGE\"")},
                        {MAILIMAP_MEDIA_BASIC_MESSAGE, WORDS("\"MESSAGE\"")},
                        {MAILIMAP_MEDIA_BASIC_VIDEO, WORDS("\"VIDEO\"")},
                        {MAILIMAP_MEDIA_BASIC_OTHER,
                         FIELDS({AT(media_basic, med_basic_type), .leaf = write_capital})})},
    {.before = " ", AT(media_basic, med_subtype), .leaf = write_capital},
    {0}};

static const struct field body_basic[] = {
    {.after = " ", AT(body_type_basic, bd_media_basic), .structure = media_basic},
    {AT(body_type_basic, bd_fields), .structure = body_fields},
    {0}};

static const struct field body_text[] = {
    {.before = "\"TEXT\" ", .after = " ", AT(body_type_text, bd_media_text), .leaf = write_capital},
    {AT(body_type_text, bd_fields), .structure = body_fields},
    {.before = " ", AT(body_type_text, bd_lines), .leaf = write_number},
    {0}};

static const struct field body_message[] = {
    {.before = "\"MESSAGE\" \"RFC822\" ", AT(body_type_msg, bd_fields), .structure = body_fields},
    {.before = " ", AT(body_type_msg, bd_envelope), .structure = envelope},
    {.before = " ", AT(body_type_msg, bd_body), .structure = body},
    {.before = " ", AT(body_type_msg, bd_lines), .leaf = write_number},
    {0}};

static const struct field part_extension[] = {
    {.before = " ", AT(body_ext_1part, bd_md5), .leaf = write_string},
    {.before = " ",
     .missing = " NIL",
     AT(body_ext_1part, bd_disposition),
     .structure = disposition},
    {.before = " ", .missing = " NIL", AT(body_ext_1part, bd_language), .structure = language},
    {.before = " ", AT(body_ext_1part, bd_loc), .leaf = write_string},
    {.before = " ", AT(body_ext_1part, bd_extension_list), .list = body_extension},
    {0}};

static const struct field multipart_extension[] = {
    {.before = " ", .missing = " NIL", AT(body_ext_mpart, bd_parameter), .structure = parameters},
    {.before = " ",
     .missing = " NIL",
     AT(body_ext_mpart, bd_disposition),
     .structure = disposition},
    {.before = " ", .missing = " NIL", AT(body_ext_mpart, bd_language), .structure = language},
    {.before = " ", AT(body_ext_mpart, bd_loc), .leaf = write_string},
    {.before = " ", AT(body_ext_mpart, bd_extension_list), .list = body_extension},
    {0}};

static const struct field part[] = {
    {AT(body_type_1part, bd_type),
     .choices = CHOICES({MAILIMAP_BODY_TYPE_1PART_BASIC,
                         FIELDS({AT(body_type_1part, bd_data), .structure = body_basic})},
                        {MAILIMAP_BODY_TYPE_1PART_MSG,
                         FIELDS({AT(body_type_1part, bd_data), .structure = body_message})},
                        {MAILIMAP_BODY_TYPE_1PART_TEXT,
                         FIELDS({AT(body_type_1part, bd_data), .structure = body_text})})},
    {AT(body_type_1part, bd_ext_1part), .structure = part_extension},
    {0}};

static const struct field multipart[] = {
    {.after = " ", .between = "", AT(body_type_mpart, bd_list), .list = body},
    {AT(body_type_mpart, bd_media_subtype), .leaf = write_capital},
    {AT(body_type_mpart, bd_ext_mpart), .structure = multipart_extension},
    {0}};

static const struct field body[] = {
    {.before = "("},
    {AT(body, bd_type),
     .choices =
         CHOICES({MAILIMAP_BODY_1PART, FIELDS({AT(body, bd_data), .structure = part})},
                 {MAILIMAP_BODY_MPART, FIELDS({AT(body, bd_data), .structure = multipart})})},
    {.after = ")"},
    {0}};

/* ---- messages ------------------------------------------------------------------------------ */

static const struct field header_list[] = {
    {.before = "(", .after = ")", AT(header_list, hdr_list), .list = string}, {0}};

static const struct field message_text[] = {
    {AT(section_msgtext, sec_type),
     .choices = CHOICES({MAILIMAP_SECTION_MSGTEXT_HEADER, WORDS("HEADER")},
                        {MAILIMAP_SECTION_MSGTEXT_HEADER_FIELDS, WORDS("HEADER.FIELDS ")},
                        {MAILIMAP_SECTION_MSGTEXT_HEADER_FIELDS_NOT, WORDS("HEADER.FIELDS.NOT ")},
                        {MAILIMAP_SECTION_MSGTEXT_TEXT, WORDS("TEXT")})},
    {AT(section_msgtext, sec_header_list), .structure = header_list},
    {0}};

static const struct field section_text[] = {
    {.before = "."},
    {AT(section_text, sec_type),
     .choices = CHOICES({MAILIMAP_SECTION_TEXT_SECTION_MSGTEXT,
                         FIELDS({AT(section_text, sec_msgtext), .structure = message_text})},
                        {MAILIMAP_SECTION_TEXT_MIME, WORDS("MIME")})},
    {0}};

static const struct field section_part[] = {
    {.between = ".", AT(section_part, sec_id), .list = number}, {0}};

static const struct field section_spec[] = {
    {AT(section_spec, sec_type),
     .choices = CHOICES({MAILIMAP_SECTION_SPEC_SECTION_MSGTEXT,
                         FIELDS({AT(section_spec, sec_data), .structure = message_text})},
                        {MAILIMAP_SECTION_SPEC_SECTION_PART,
                         FIELDS({AT(section_spec, sec_data), .structure = section_part})})},
    {AT(section_spec, sec_text), .structure = section_text},
    {0}};

static const struct field section[] = {{AT(section, sec_spec), .structure = section_spec}, {0}};

static const struct field body_section[] = {
    {.before = "BODY[",
     .after = "]",
     .missing = "BODY[]",
     AT(msg_att_body_section, sec_section),
     .structure = section},
    {AT(msg_att_body_section, sec_origin_octet), .leaf = write_origin},
    {.before = " ", .leaf = write_section},
    {0}};

#define CONTENT(WORD) FIELDS({.before = (WORD), .leaf = write_content})

static const struct field static_att[] = {
    {AT(msg_att_static, att_type),
     .choices = CHOICES(
         {MAILIMAP_MSG_ATT_ENVELOPE,
          FIELDS({.before = "ENVELOPE ", AT(msg_att_static, att_data), .structure = envelope})},
         {MAILIMAP_MSG_ATT_INTERNALDATE,
          FIELDS(
              {.before = "INTERNALDATE ", AT(msg_att_static, att_data), .leaf = write_date_time})},
         {MAILIMAP_MSG_ATT_RFC822, CONTENT("RFC822 ")},
         {MAILIMAP_MSG_ATT_RFC822_HEADER, CONTENT("RFC822.HEADER ")},
         {MAILIMAP_MSG_ATT_RFC822_TEXT, CONTENT("RFC822.TEXT ")},
         {MAILIMAP_MSG_ATT_RFC822_SIZE,
          FIELDS({.before = "RFC822.SIZE ", AT(msg_att_static, att_data), .leaf = write_number})},
         {MAILIMAP_MSG_ATT_BODY,
          FIELDS({.before = "BODY ", AT(msg_att_static, att_data), .structure = body})},
         {MAILIMAP_MSG_ATT_BODYSTRUCTURE,
          FIELDS({.before = "BODYSTRUCTURE ", AT(msg_att_static, att_data), .structure = body})},
         {MAILIMAP_MSG_ATT_BODY_SECTION,
          FIELDS({AT(msg_att_static, att_data), .structure = body_section})},
         {MAILIMAP_MSG_ATT_UID,
          FIELDS({.before = "UID ", AT(msg_att_static, att_data), .leaf = write_number})})},
    {0}};

static const struct field dynamic_att[] = {{.before = "FLAGS (",
                                            .after = ")",
                                            .missing = "FLAGS ()",
                                            AT(msg_att_dynamic, att_list),
                                            .list = flag_fetch},
                                           {0}};

static const struct field msg_att_item[] = {
    {AT(msg_att_item, att_type),
     .choices = CHOICES({MAILIMAP_MSG_ATT_ITEM_DYNAMIC,
                         FIELDS({AT(msg_att_item, att_data), .structure = dynamic_att})},
                        {MAILIMAP_MSG_ATT_ITEM_STATIC,
                         FIELDS({AT(msg_att_item, att_data), .structure = static_att})},
                        {MAILIMAP_MSG_ATT_ITEM_EXTENSION,
                         FIELDS({AT(msg_att_item, att_data), .structure = extension})})},
    {0}};

static const struct field msg_att[] = {
    {.before = "(", .after = ")", AT(msg_att, att_list), .list = msg_att_item}, {0}};

static const struct field message_data[] = {
    {AT(message_data, mdt_number), .leaf = write_number},
    {AT(message_data, mdt_type),
     .choices = CHOICES(
         {MAILIMAP_MESSAGE_DATA_EXPUNGE, WORDS(" EXPUNGE")},
         {MAILIMAP_MESSAGE_DATA_FETCH,
          FIELDS({.before = " FETCH ", AT(message_data, mdt_msg_att), .structure = msg_att})})},
    {0}};

/* ---- extensions ---------------------------------------------------------------------------- */

static const struct field capability[] = {
    {AT(capability, cap_type),
     .choices = CHOICES(
         {MAILIMAP_CAPABILITY_AUTH_TYPE,
          FIELDS({.before = "AUTH=", AT(capability, cap_data), .leaf = write_words})},
         {MAILIMAP_CAPABILITY_NAME, FIELDS({AT(capability, cap_data), .leaf = write_words})})},
    {0}};

static const struct field capabilities[] = {
    {.before = " ", AT(capability_data, cap_list), .list = capability}, {0}};

static const struct field set_item[] = {{.leaf = write_set_item}, {0}};
static const struct field set[] = {{.between = ",", AT(set, set_list), .list = set_item}, {0}};

static const struct field identifier_rights[] = {
    {AT(acl_identifier_rights, identifer), .leaf = write_string},
    {.before = " ", AT(acl_identifier_rights, rights), .leaf = write_string},
    {0}};

static const struct field acl[] = {
    {.before = "ACL ", AT(acl_acl_data, mailbox), .leaf = write_string},
    {.before = " ", AT(acl_acl_data, idrights_list), .list = identifier_rights},
    {0}};

static const struct field listrights[] = {
    {.before = "LISTRIGHTS ", AT(acl_listrights_data, mailbox), .leaf = write_string},
    {.before = " ", AT(acl_listrights_data, identifier), .leaf = write_string},
    {.before = " ", AT(acl_listrights_data, rights_list), .list = string},
    {0}};

static const struct field myrights[] = {
    {.before = "MYRIGHTS ", AT(acl_myrights_data, mailbox), .leaf = write_string},
    {.before = " ", AT(acl_myrights_data, rights), .leaf = write_string},
    {0}};

static const struct field resource[] = {
    {AT(quota_quota_resource, resource_name), .leaf = write_words},
    {.before = " ", AT(quota_quota_resource, usage), .leaf = write_number},
    {.before = " ", AT(quota_quota_resource, limit), .leaf = write_number},
    {0}};

static const struct field quota[] = {
    {.before = "QUOTA ", AT(quota_quota_data, quotaroot), .leaf = write_string},
    {.before = " (", .after = ")", AT(quota_quota_data, quota_list), .list = resource},
    {0}};

static const struct field quotaroot[] = {
    {.before = "QUOTAROOT ", AT(quota_quotaroot_data, mailbox), .leaf = write_string},
    {.before = " ", AT(quota_quotaroot_data, quotaroot_list), .list = string},
    {0}};

static const struct field namespace_extension[] = {
    {.before = " ", AT(namespace_response_extension, ns_name), .leaf = write_string},
    {.before = " (", .after = ")", AT(namespace_response_extension, ns_values), .list = string},
    {0}};

static const struct field namespace_info[] = {
    {.before = "(", AT(namespace_info, ns_prefix), .leaf = write_string},
    {.before = " ", AT(namespace_info, ns_delimiter), .leaf = write_delimiter},
    {.between = "", AT(namespace_info, ns_extensions), .list = namespace_extension},
    {.after = ")"},
    {0}};

static const struct field namespace_item[] = {{.before = "(",
                                               .after = ")",
                                               .between = "",
                                               AT(namespace_item, ns_data_list),
                                               .list = namespace_info},
                                              {0}};

static const struct field namespaces[] = {
    {.before = "NAMESPACE ",
     .missing = "NAMESPACE NIL",
     AT(namespace_data, ns_personal),
     .structure = namespace_item},
    {.before = " ", .missing = " NIL", AT(namespace_data, ns_other), .structure = namespace_item},
    {.before = " ", .missing = " NIL", AT(namespace_data, ns_shared), .structure = namespace_item},
    {0}};

static const struct field id_parameter[] = {
    {AT(id_param, idpa_name), .leaf = write_string},
    {.before = " ", AT(id_param, idpa_value), .leaf = write_string},
    {0}};

static const struct field id_parameters[] = {
    {.before = "(", .after = ")", AT(id_params_list, idpa_list), .list = id_parameter}, {0}};

static const struct field vanished[] = {
    {.before = "VANISHED ", AT(qresync_vanished, qr_earlier), .leaf = write_earlier},
    {AT(qresync_vanished, qr_known_uids), .structure = set},
    {0}};

static const struct field condstore_code[] = {
    {AT(condstore_resptextcode, cs_type),
     .choices = CHOICES(
         {MAILIMAP_CONDSTORE_RESPTEXTCODE_HIGHESTMODSEQ,
          FIELDS({.before = "HIGHESTMODSEQ ",
                  AT(condstore_resptextcode, cs_data),
                  .leaf = write_number64})},
         {MAILIMAP_CONDSTORE_RESPTEXTCODE_NOMODSEQ, WORDS("NOMODSEQ")},
         {MAILIMAP_CONDSTORE_RESPTEXTCODE_MODIFIED,
          FIELDS({.before = "MODIFIED ", AT(condstore_resptextcode, cs_data), .structure = set})})},
    {0}};

static const struct field condstore_search[] = {
    {.before = "SEARCH ", AT(condstore_search, cs_search_result), .list = number},
    {.before = " (MODSEQ ",
     .after = ")",
     AT(condstore_search, cs_modseq_value),
     .leaf = write_number64},
    {0}};

static const struct field modseq[] = {{.before = "MODSEQ (",
                                       .after = ")",
                                       AT(condstore_fetch_mod_resp, cs_modseq_value),
                                       .leaf = write_number64},
                                      {0}};

static const struct field highestmodseq[] = {{.before = "HIGHESTMODSEQ ",
                                              AT(condstore_status_info, cs_highestmodseq_value),
                                              .leaf = write_number64},
                                             {0}};

static const struct field appenduid[] = {
    {.before = "APPENDUID ", AT(uidplus_resp_code_apnd, uid_uidvalidity), .leaf = write_number},
    {.before = " ", AT(uidplus_resp_code_apnd, uid_set), .structure = set},
    {0}};

static const struct field copyuid[] = {
    {.before = "COPYUID ", AT(uidplus_resp_code_copy, uid_uidvalidity), .leaf = write_number},
    {.before = " ", AT(uidplus_resp_code_copy, uid_source_set), .structure = set},
    {.before = " ", AT(uidplus_resp_code_copy, uid_dest_set), .structure = set},
    {0}};

static const struct field labels[] = {
    {.before = "X-GM-LABELS (", .after = ")", AT(msg_att_xgmlabels, att_labels), .list = string},
    {0}};

static const struct field message_id[] = {{.before = "X-GM-MSGID ", .leaf = write_number64}, {0}};
static const struct field thread_id[] = {{.before = "X-GM-THRID ", .leaf = write_number64}, {0}};

static const struct field annotation_value[] = {
    {AT(annotatemore_att_value, attrib), .leaf = write_string},
    {.before = " ", AT(annotatemore_att_value, value), .leaf = write_string},
    {0}};

static const struct field annotation_entry[] = {
    {AT(annotatemore_entry_att, entry), .leaf = write_string},
    {.before = " (",
     .after = ")",
     AT(annotatemore_entry_att, att_value_list),
     .list = annotation_value},
    {0}};

static const struct field annotation_list[] = {
    {AT(annotatemore_entry_list, en_list_type),
     .choices =
         CHOICES({MAILIMAP_ANNOTATEMORE_ENTRY_LIST_TYPE_ENTRY_ATT_LIST,
                  FIELDS({AT(annotatemore_entry_list, en_list_data), .list = annotation_entry})},
                 {MAILIMAP_ANNOTATEMORE_ENTRY_LIST_TYPE_ENTRY_LIST,
                  FIELDS({.before = "(",
                          .after = ")",
                          AT(annotatemore_entry_list, en_list_data),
                          .list = string})})},
    {0}};

static const struct field annotation[] = {
    {.before = "ANNOTATION ", AT(annotatemore_annotate_data, mailbox), .leaf = write_string},
    {.before = " ", AT(annotatemore_annotate_data, entry_list), .structure = annotation_list},
    {0}};

enum { EXTENSION_TYPES = 16 };

static int extension_kind(const void *structure) {
    const struct mailimap_extension_data *data = structure;
    return data->ext_extension->ext_id * EXTENSION_TYPES + data->ext_type;
}

#define KIND(EXTENSION, TYPE) (MAILIMAP_EXTENSION_##EXTENSION * EXTENSION_TYPES + (TYPE))
#define DATA(FIELDS_OF)       FIELDS({AT(extension_data, ext_data), .structure = (FIELDS_OF)})

static const struct field extension[] = {
    {.kind = extension_kind,
     .choices = CHOICES(
         {KIND(ACL, MAILIMAP_ACL_TYPE_ACL_DATA), DATA(acl)},
         {KIND(ACL, MAILIMAP_ACL_TYPE_LISTRIGHTS_DATA), DATA(listrights)},
         {KIND(ACL, MAILIMAP_ACL_TYPE_MYRIGHTS_DATA), DATA(myrights)},
         {KIND(ANNOTATEMORE, MAILIMAP_ANNOTATEMORE_TYPE_ANNOTATE_DATA), DATA(annotation)},
         {KIND(CONDSTORE, MAILIMAP_CONDSTORE_TYPE_FETCH_DATA), DATA(modseq)},
         {KIND(CONDSTORE, MAILIMAP_CONDSTORE_TYPE_RESP_TEXT_CODE), DATA(condstore_code)},
         {KIND(CONDSTORE, MAILIMAP_CONDSTORE_TYPE_SEARCH_DATA), DATA(condstore_search)},
         {KIND(CONDSTORE, MAILIMAP_CONDSTORE_TYPE_STATUS_INFO), DATA(highestmodseq)},
         {KIND(ENABLE, 0),
          FIELDS({.before = "ENABLED", AT(extension_data, ext_data), .structure = capabilities})},
         {KIND(ID, 0), FIELDS({.before = "ID ",
                               .missing = "ID NIL",
                               AT(extension_data, ext_data),
                               .structure = id_parameters})},
         {KIND(NAMESPACE, MAILIMAP_NAMESPACE_TYPE_NAMESPACE), DATA(namespaces)},
         {KIND(QRESYNC, MAILIMAP_QRESYNC_TYPE_VANISHED), DATA(vanished)},
         {KIND(QRESYNC, MAILIMAP_QRESYNC_TYPE_RESP_TEXT_CODE), WORDS("CLOSED")},
         {KIND(QUOTA, MAILIMAP_QUOTA_TYPE_QUOTA_DATA), DATA(quota)},
         {KIND(QUOTA, MAILIMAP_QUOTA_TYPE_QUOTAROOT_DATA), DATA(quotaroot)},
         {KIND(SORT, 0), FIELDS({.before = "SORT ",
                                 .missing = "SORT",
                                 AT(extension_data, ext_data),
                                 .list = number})},
         {KIND(UIDPLUS, MAILIMAP_UIDPLUS_RESP_CODE_APND), DATA(appenduid)},
         {KIND(UIDPLUS, MAILIMAP_UIDPLUS_RESP_CODE_COPY), DATA(copyuid)},
         {KIND(UIDPLUS, MAILIMAP_UIDPLUS_RESP_CODE_UIDNOTSTICKY), WORDS("UIDNOTSTICKY")},
         {KIND(XGMLABELS, 0), DATA(labels)}, {KIND(XGMMSGID, 0), DATA(message_id)},
         {KIND(XGMTHRID, 0), DATA(thread_id)},
         {KIND(XLIST, 0),
          FIELDS({.before = "XLIST ", AT(extension_data, ext_data), .structure = mailbox_list})})},
    {0}};

/* ---- responses ----------------------------------------------------------------------------- */

static const struct field code[] = {
    {AT(resp_text_code, rc_type),
     .choices = CHOICES(
         {MAILIMAP_RESP_TEXT_CODE_ALERT, WORDS("ALERT")},
         {MAILIMAP_RESP_TEXT_CODE_BADCHARSET, FIELDS({.before = "BADCHARSET (",
                                                      .after = ")",
                                                      .missing = "BADCHARSET",
                                                      AT(resp_text_code, rc_data),
                                                      .list = string})},
         {MAILIMAP_RESP_TEXT_CODE_CAPABILITY_DATA,
          FIELDS({.before = "CAPABILITY", AT(resp_text_code, rc_data), .structure = capabilities})},
         {MAILIMAP_RESP_TEXT_CODE_PARSE, WORDS("PARSE")},
         {MAILIMAP_RESP_TEXT_CODE_PERMANENTFLAGS, FIELDS({.before = "PERMANENTFLAGS (",
                                                          .after = ")",
                                                          .missing = "PERMANENTFLAGS ()",
                                                          AT(resp_text_code, rc_data),
                                                          .list = flag_perm})},
         {MAILIMAP_RESP_TEXT_CODE_READ_ONLY, WORDS("READ-ONLY")},
         {MAILIMAP_RESP_TEXT_CODE_READ_WRITE, WORDS("READ-WRITE")},
         {MAILIMAP_RESP_TEXT_CODE_TRY_CREATE, WORDS("TRYCREATE")},
         {MAILIMAP_RESP_TEXT_CODE_UIDNEXT,
          FIELDS({.before = "UIDNEXT ", AT(resp_text_code, rc_data), .leaf = write_number})},
         {MAILIMAP_RESP_TEXT_CODE_UIDVALIDITY,
          FIELDS({.before = "UIDVALIDITY ", AT(resp_text_code, rc_data), .leaf = write_number})},
         {MAILIMAP_RESP_TEXT_CODE_UNSEEN,
          FIELDS({.before = "UNSEEN ", AT(resp_text_code, rc_data), .leaf = write_number})},
         {MAILIMAP_RESP_TEXT_CODE_OTHER,
          FIELDS({AT(resp_text_code, rc_data.rc_atom.atom_name), .leaf = write_words},
                 {.before = " ",
                  .missing = "",
                  AT(resp_text_code, rc_data.rc_atom.atom_value),
                  .leaf = write_words})},
         {MAILIMAP_RESP_TEXT_CODE_EXTENSION,
          FIELDS({AT(resp_text_code, rc_data), .structure = extension})})},
    {0}};

static const struct field text[] = {
    {.before = "[", .after = "] ", AT(resp_text, rsp_code), .structure = code},
    {AT(resp_text, rsp_text), .leaf = write_text},
    {0}};

static const struct field state[] = {
    {AT(resp_cond_state, rsp_type),
     .choices = CHOICES({MAILIMAP_RESP_COND_STATE_OK, WORDS("OK ")},
                        {MAILIMAP_RESP_COND_STATE_NO, WORDS("NO ")},
                        {MAILIMAP_RESP_COND_STATE_BAD, WORDS("BAD ")})},
    {AT(resp_cond_state, rsp_text), .structure = text},
    {0}};

static const struct field bye[] = {
    {.before = "BYE ", AT(resp_cond_bye, rsp_text), .structure = text}, {0}};

static const struct field authenticated[] = {
    {AT(resp_cond_auth, rsp_type),
     .choices = CHOICES({MAILIMAP_RESP_COND_AUTH_OK, WORDS("OK ")},
                        {MAILIMAP_RESP_COND_AUTH_PREAUTH, WORDS("PREAUTH ")})},
    {AT(resp_cond_auth, rsp_text), .structure = text},
    {0}};

static const struct field greeting[] = {
    {.before = "* "},
    {AT(greeting, gr_type),
     .choices = CHOICES(
         {MAILIMAP_GREETING_RESP_COND_AUTH,
          FIELDS({AT(greeting, gr_data), .structure = authenticated})},
         {MAILIMAP_GREETING_RESP_COND_BYE, FIELDS({AT(greeting, gr_data), .structure = bye})})},
    {0}};

static const struct field continue_req[] = {
    {.before = "+ "},
    {AT(continue_req, cr_type),
     .choices = CHOICES(
         {MAILIMAP_CONTINUE_REQ_TEXT, FIELDS({AT(continue_req, cr_data), .structure = text})},
         {MAILIMAP_CONTINUE_REQ_BASE64, FIELDS({AT(continue_req, cr_data), .leaf = write_text})})},
    {0}};

static const struct field response_data[] = {
    {.before = "* "},
    {AT(response_data, rsp_type),
     .choices = CHOICES(
         {MAILIMAP_RESP_DATA_TYPE_COND_STATE,
          FIELDS({AT(response_data, rsp_data), .structure = state})},
         {MAILIMAP_RESP_DATA_TYPE_COND_BYE,
          FIELDS({AT(response_data, rsp_data), .structure = bye})},
         {MAILIMAP_RESP_DATA_TYPE_MAILBOX_DATA,
          FIELDS({AT(response_data, rsp_data), .structure = mailbox_data})},
         {MAILIMAP_RESP_DATA_TYPE_MESSAGE_DATA,
          FIELDS({AT(response_data, rsp_data), .structure = message_data})},
         {MAILIMAP_RESP_DATA_TYPE_CAPABILITY_DATA,
          FIELDS({.before = "CAPABILITY", AT(response_data, rsp_data), .structure = capabilities})},
         {MAILIMAP_RESP_DATA_TYPE_EXTENSION_DATA,
          FIELDS({AT(response_data, rsp_data), .structure = extension})})},
    {0}};

static const struct field tagged[] = {
    {.after = " ", AT(response_tagged, rsp_tag), .leaf = write_words},
    {AT(response_tagged, rsp_cond_state), .structure = state},
    {0}};

static const struct field done[] = {
    {AT(response_done, rsp_type),
     .choices = CHOICES({MAILIMAP_RESP_DONE_TYPE_TAGGED,
                         FIELDS({AT(response_done, rsp_data), .structure = tagged})})},
    {0}};

static const struct field response[] = {{AT(response, rsp_resp_done), .structure = done}, {0}};

/* ---- the walk ------------------------------------------------------------------------------ */

/* What is left to do of a structure, or of a list of them. */
struct level {
    const struct field *field; /* the next; at the end the level is left */
    const char *structure;
    const clistcell *cell; /* of a list: the element that is being written */
    const struct field *of;
    const char *between, *after;
};

struct walk {
    struct level levels[MOST_LEVELS];
    size_t count;
    struct form *form;
};

/* What is too deep is "?": our parser doesn't go so deep. */
static void enter(struct walk *walk, struct level level) {
    if (walk->count == MOST_LEVELS) {
        form_word(walk->form, "?");
    } else {
        walk->levels[walk->count++] = level;
    }
}

static bool is_there(const struct field *field) {
    return field->before || field->after || field->leaf || field->structure || field->list ||
           field->choices;
}

static const struct field *choose(const struct field *field, const void *at) {
    int value = field->kind ? field->kind(at) : *(const int *)at;
    const struct choice *choice = field->choices;
    while (choice->fields && choice->value != value && choice->value != OTHERWISE) {
        choice++;
    }
    return choice->fields;
}

static void enter_list(struct walk *walk, const struct field *field, const clist *list) {
    const char *after = field->after ? field->after : "";
    if (list->first) {
        enter(walk, (struct level){field->list, list->first->data, list->first, field->list,
                                   field->between ? field->between : " ", after});
    } else {
        form_word(walk->form, after);
    }
}

static const struct field unknown[] = {{.before = "?"}, {0}};

static void write_field(struct walk *walk, const struct field *field, const char *structure) {
    const char *at = structure + field->offset;
    const char *after = field->after ? field->after : "";
    bool pointer = field->structure || field->list || field->missing;
    const void *target = pointer ? *(const void *const *)(const void *)at : NULL;

    if (pointer && !target) {
        form_word(walk->form, field->missing ? field->missing : "");
        return;
    }
    form_word(walk->form, field->before ? field->before : "");
    if (field->structure) {
        enter(walk, (struct level){field->structure, target, NULL, NULL, NULL, after});
    } else if (field->list) {
        enter_list(walk, field, target);
    } else if (field->choices) {
        const struct field *chosen = choose(field, at);
        enter(walk, (struct level){chosen ? chosen : unknown, structure, NULL, NULL, NULL, after});
    } else if (field->leaf) {
        field->leaf(walk->form, at);
        form_word(walk->form, after);
    } else {
        form_word(walk->form, after);
    }
}

/* To the next element of a list, or out of the level. */
static void leave(struct walk *walk, struct level *level) {
    if (level->cell && level->cell->next) {
        form_word(walk->form, level->between);
        level->cell = level->cell->next;
        level->structure = level->cell->data;
        level->field = level->of;
    } else {
        form_word(walk->form, level->after);
        walk->count--;
    }
}

void structure_write(struct form *form, enum structure kind, const void *structure) {
    static const struct field *const fields[] = {
        [STRUCTURE_GREETING] = greeting,
        [STRUCTURE_REQUEST] = continue_req,
        [STRUCTURE_DATA] = response_data,
        [STRUCTURE_TAGGED] = response,
    };
    struct walk walk = {.form = form};
    enter(&walk, (struct level){fields[kind], structure, NULL, NULL, NULL, ""});
    while (walk.count > 0) {
        struct level *level = &walk.levels[walk.count - 1];
        if (is_there(level->field)) {
            const struct field *field = level->field++;
            write_field(&walk, field, level->structure);
        } else {
            leave(&walk, level);
        }
    }
}
