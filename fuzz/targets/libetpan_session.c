/* libetpan talks through a session, and asks for everything that it can read. */
#include "../harness/finding.h"
#include "libetpan_connection.h"
#include "target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    finding_prepare(*argv);
    return setenv("IMAPSPEC_MUTATOR", "root=greeting", 0);
}

static void log_in(mailimap *session) {
    struct mailimap_capability_data *capabilities = NULL, *enabled = NULL;
    struct mailimap_namespace_data *names = NULL;
    char *name = NULL, *version = NULL;

    if (mailimap_capability(session, &capabilities) == MAILIMAP_NO_ERROR) {
        mailimap_capability_data_free(capabilities);
    }
    mailimap_login(session, "user", "secret");
    if (mailimap_id_basic(session, "name", "1", &name, &version) == MAILIMAP_NO_ERROR) {
        free(name);
        free(version);
    }
    if (mailimap_namespace(session, &names) == MAILIMAP_NO_ERROR) {
        mailimap_namespace_data_free(names);
    }
    capabilities = mailimap_capability_data_new(clist_new());
    if (capabilities && mailimap_enable(session, capabilities, &enabled) == MAILIMAP_NO_ERROR) {
        mailimap_capability_data_free(enabled);
    }
    mailimap_capability_data_free(capabilities);
}

static void read_rights(mailimap *session) {
    clist *rights = NULL;
    struct mailimap_acl_listrights_data *possible = NULL;
    struct mailimap_acl_myrights_data *own = NULL;
    struct mailimap_quota_complete_data *quota = NULL;

    if (mailimap_acl_getacl(session, "INBOX", &rights) == MAILIMAP_NO_ERROR) {
        clist_foreach(rights, (clist_func)mailimap_acl_acl_data_free, NULL);
        clist_free(rights);
    }
    if (mailimap_acl_listrights(session, "INBOX", "user", &possible) == MAILIMAP_NO_ERROR) {
        mailimap_acl_listrights_data_free(possible);
    }
    if (mailimap_acl_myrights(session, "INBOX", &own) == MAILIMAP_NO_ERROR) {
        mailimap_acl_myrights_data_free(own);
    }
    if (mailimap_quota_getquotaroot(session, "INBOX", &quota) == MAILIMAP_NO_ERROR) {
        mailimap_quota_complete_data_free(quota);
    }
}

static void read_annotations(mailimap *session) {
    struct mailimap_annotatemore_entry_match_list *entries =
        mailimap_annotatemore_entry_match_list_new_empty();
    struct mailimap_annotatemore_attrib_match_list *attributes =
        mailimap_annotatemore_attrib_match_list_new_empty();
    clist *annotations = NULL;

    mailimap_annotatemore_entry_match_list_add(entries, strdup("/comment"));
    mailimap_annotatemore_attrib_match_list_add(attributes, strdup("value"));
    if (mailimap_annotatemore_getannotation(session, "INBOX", entries, attributes, &annotations) ==
        MAILIMAP_NO_ERROR) {
        clist_foreach(annotations, (clist_func)mailimap_annotatemore_annotate_data_free, NULL);
        clist_free(annotations);
    }
    mailimap_annotatemore_entry_match_list_free(entries);
    mailimap_annotatemore_attrib_match_list_free(attributes);
}

static void look_at_mailboxes(mailimap *session) {
    struct mailimap_status_att_list *items = mailimap_status_att_list_new_empty();
    struct mailimap_mailbox_data_status *status = NULL;
    clist *mailboxes = NULL;

    if (mailimap_list(session, "", "*", &mailboxes) == MAILIMAP_NO_ERROR) {
        mailimap_list_result_free(mailboxes);
    }
    if (mailimap_lsub(session, "", "*", &mailboxes) == MAILIMAP_NO_ERROR) {
        mailimap_list_result_free(mailboxes);
    }
    if (mailimap_xlist(session, "", "*", &mailboxes) == MAILIMAP_NO_ERROR) {
        mailimap_list_result_free(mailboxes);
    }
    mailimap_status_att_list_add(items, MAILIMAP_STATUS_ATT_MESSAGES);
    if (mailimap_status(session, "INBOX", items, &status) == MAILIMAP_NO_ERROR && status) {
        mailimap_mailbox_data_status_free(status);
    }
    mailimap_status_att_list_free(items);
    read_rights(session);
    read_annotations(session);
    mailimap_create(session, "name");
}

static void select_mailbox(mailimap *session) {
    struct mailimap_qresync_vanished *vanished = NULL;
    clist *messages = NULL;
    uint64_t sequence = 0;

    mailimap_select(session, "INBOX");
    mailimap_examine_condstore(session, "INBOX", &sequence);
    if (mailimap_select_qresync(session, "INBOX", 1, 1, NULL, NULL, NULL, &messages, &vanished,
                                &sequence) == MAILIMAP_NO_ERROR) {
        mailimap_fetch_list_free(messages);
        if (vanished) {
            mailimap_qresync_vanished_free(vanished);
        }
    }
}

static void fetch(mailimap *session) {
    struct mailimap_set *messages = mailimap_set_new_interval(1, 0);
    struct mailimap_fetch_type *items = mailimap_fetch_type_new_fetch_att_list_empty();
    struct mailimap_qresync_vanished *vanished = NULL;
    clist *result = NULL;

    mailimap_fetch_type_new_fetch_att_list_add(items, mailimap_fetch_att_new_envelope());
    mailimap_fetch_type_new_fetch_att_list_add(items, mailimap_fetch_att_new_bodystructure());
    mailimap_fetch_type_new_fetch_att_list_add(
        items, mailimap_fetch_att_new_body_peek_section(mailimap_section_new_header()));
    mailimap_fetch_type_new_fetch_att_list_add(items, mailimap_fetch_att_new_xgmlabels());
    mailimap_fetch_type_new_fetch_att_list_add(items, mailimap_fetch_att_new_xgmthrid());
    mailimap_fetch_type_new_fetch_att_list_add(items, mailimap_fetch_att_new_xgmmsgid());
    if (mailimap_fetch(session, messages, items, &result) == MAILIMAP_NO_ERROR) {
        mailimap_fetch_list_free(result);
    }
    if (mailimap_uid_fetch_qresync(session, messages, items, 1, &result, &vanished) ==
        MAILIMAP_NO_ERROR) {
        mailimap_fetch_list_free(result);
        if (vanished) {
            mailimap_qresync_vanished_free(vanished);
        }
    }
    mailimap_fetch_type_free(items);
    mailimap_set_free(messages);
}

static void search(mailimap *session) {
    struct mailimap_search_key *key = mailimap_search_key_new_all();
    struct mailimap_sort_key *order = mailimap_sort_key_new_date(0);
    clist *result = NULL;
    uint64_t sequence = 0;

    if (mailimap_search(session, NULL, key, &result) == MAILIMAP_NO_ERROR) {
        mailimap_search_result_free(result);
    }
    if (mailimap_uid_search_modseq(session, NULL, key, &result, &sequence) == MAILIMAP_NO_ERROR) {
        mailimap_search_result_free(result);
    }
    if (mailimap_sort(session, "UTF-8", order, key, &result) == MAILIMAP_NO_ERROR) {
        mailimap_sort_result_free(result);
    }
    mailimap_sort_key_free(order);
    mailimap_search_key_free(key);
}

static void change_messages(mailimap *session) {
    static const char message[] = "x:y\r\n\r\n";
    struct mailimap_set *messages = mailimap_set_new_single(1), *from = NULL, *to = NULL;
    struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
    struct mailimap_store_att_flags *store = NULL;
    uint32_t validity = 0, uid = 0;

    mailimap_flag_list_add(flags, mailimap_flag_new_seen());
    store = mailimap_store_att_flags_new_add_flags(flags);
    mailimap_store(session, messages, store);
    if (mailimap_uidplus_uid_copy(session, messages, "INBOX", &validity, &from, &to) ==
            MAILIMAP_NO_ERROR &&
        from && to) {
        mailimap_set_free(from);
        mailimap_set_free(to);
    }
    mailimap_uidplus_append_simple(session, "INBOX", message, sizeof message - 1, &validity, &uid);
    mailimap_expunge(session);
    mailimap_store_att_flags_free(store);
    mailimap_set_free(messages);
}

static void talk(const uint8_t *octets, size_t size) {
    struct stream stream = stream_of(octets, size);
    mailimap *session = libetpan_connect(&stream);

    log_in(session);
    look_at_mailboxes(session);
    select_mailbox(session);
    fetch(session);
    search(session);
    change_messages(session);
    if (session->imap_selection_info && mailimap_idle(session) == MAILIMAP_NO_ERROR) {
        mailimap_idle_done(session);
    }
    mailimap_logout(session);
    mailimap_free(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    finding_seek(talk, data, size);
    return 0;
}
