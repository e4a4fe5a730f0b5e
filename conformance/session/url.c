#include "url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uriparser/Uri.h>

static char *copy_range(const UriTextRangeA *range) {
    return range->first ? strndup(range->first, (size_t)(range->afterLast - range->first)) : NULL;
}

/* `%d` in the user becomes `%25d`, so that decoding gives it back. Allocated. */
static char *protect_worker_number(const char *url) {
    const char *authority = strstr(url, "://");
    const char *user = authority ? authority + 3 : url + strlen(url);
    const char *user_end = user + strcspn(user, ":@/");
    char *protected = malloc(3 * strlen(url) + 1);
    char *out = protected;

    if (!protected) {
        return NULL;
    }
    for (const char *in = url; *in != '\0'; in++) {
        *out++ = *in;
        if (in >= user && in < user_end && in[0] == '%' && in[1] == 'd') {
            *out++ = '2';
            *out++ = '5';
        }
    }
    *out = '\0';
    return protected;
}

/* Decodes in place; false for an octet that neither user nor password may hold. */
static bool decode(char *text) {
    if (!text) {
        return true;
    }
    if (strstr(text, "%00")) {
        return false;
    }
    uriUnescapeInPlaceExA(text, URI_FALSE, URI_BR_DONT_TOUCH);
    return true;
}

/* Splits user:password and decodes both. */
static const char *set_account(struct server *server, const UriTextRangeA *range) {
    char *user = copy_range(range);
    char *colon = user ? strchr(user, ':') : NULL;

    if (colon) {
        *colon = '\0';
        server->password = strdup(colon + 1);
    }
    server->user = user;
    if (!decode(server->user) || !decode(server->password)) {
        return "user and password cannot hold %00";
    }
    if ((range->first && !user) || (colon && !server->password)) {
        return "memory is out";
    }
    return NULL;
}

static const char *set_server(struct server *server, const UriUriA *uri) {
    char *scheme = copy_range(&uri->scheme);
    bool is_tls = scheme && strcasecmp(scheme, "imaps") == 0;
    bool is_plain = scheme && strcasecmp(scheme, "imap") == 0;
    bool has_path = uri->pathHead && (uri->pathHead->next ||
                                      uri->pathHead->text.first != uri->pathHead->text.afterLast);

    free(scheme);
    if (!is_tls && !is_plain) {
        return "the URL must begin with imap:// or imaps://";
    }
    if (!uri->hostText.first || uri->hostText.first == uri->hostText.afterLast) {
        return "the URL has no host";
    }
    if (has_path || uri->query.first || uri->fragment.first) {
        return "nothing may follow the port: the dialogs choose the mailbox";
    }
    server->tls = is_tls ? TLS_IMPLICIT : TLS_NONE;
    server->host = copy_range(&uri->hostText);
    bool has_port = uri->portText.first && uri->portText.first != uri->portText.afterLast;
    server->port = has_port ? copy_range(&uri->portText) : strdup(is_tls ? "993" : "143");
    if (!server->host || !server->port) {
        return "memory is out";
    }
    return set_account(server, &uri->userInfo);
}

bool url_parse(const char *url, struct server *server, char problem[URL_PROBLEM]) {
    struct server parsed = *server;
    char *protected = protect_worker_number(url);
    const char *sentence = "memory is out", *error_at = NULL;
    UriUriA uri;

    parsed.host = parsed.port = parsed.user = parsed.password = NULL;
    if (protected && uriParseSingleUriA(&uri, protected, &error_at) == URI_SUCCESS) {
        sentence = set_server(&parsed, &uri);
        uriFreeUriMembersA(&uri);
    } else if (protected) {
        sentence = "this is no URL; write octets that a URL cannot hold as %XX";
    }
    free(protected);
    if (sentence) {
        snprintf(problem, URL_PROBLEM, "%s", sentence);
        url_free(&parsed);
        return false;
    }
    *server = parsed;
    return true;
}

void url_free(struct server *server) {
    free(server->host);
    free(server->port);
    free(server->user);
    free(server->password);
    server->host = server->port = server->user = server->password = NULL;
}
