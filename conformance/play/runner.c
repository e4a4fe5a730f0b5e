/* A run: workers that take one dialog after the other, and one report. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "deviations.h"
#include "live.h"
#include "player.h"

enum { MAXIMUM_URL = 512 };

struct run {
    const struct run_options *options;
    struct dialog *const *dialogs;
    size_t count;
    struct deviations deviations;
    pthread_mutex_t mutex; /* guards all below, and the report */
    size_t next;           /* dialog */
    struct summary summary;
    void *report;
};

struct worker {
    struct run *run;
    struct account account;
    pthread_t thread;
};

/* ---- the summary --------------------------------------------------------------------------- */

static void write_url(const struct server *server, char url[MAXIMUM_URL]) {
    url[0] = '\0';
    if (!server->host) {
        return;
    }
    bool is_address = strchr(server->host, ':') != NULL;
    snprintf(url, MAXIMUM_URL, "%s://%s%s%s%s%s:%s", server->tls == TLS_IMPLICIT ? "imaps" : "imap",
             server->user ? server->user : "", server->user ? "@" : "", is_address ? "[" : "",
             server->host, is_address ? "]" : "", server->port);
}

static void count_result(struct summary *summary, const struct result *result) {
    switch (result->outcome) {
    case OUTCOME_PASS:
        summary->passed++;
        break;
    case OUTCOME_FAIL:
        summary->failed++;
        break;
    case OUTCOME_WARNING:
        summary->warnings++;
        break;
    case OUTCOME_DEVIATION:
        summary->deviations++;
        return; /* its findings are covered */
    case OUTCOME_SKIP:
        summary->skipped++;
        break;
    case OUTCOME_ERROR:
        summary->errors++;
        break;
    }
    summary->findings += (unsigned)result->finding_count;
}

static double seconds_since(uint64_t began) {
    return (double)(clock_milliseconds() - began) / 1000;
}

/* ---- playing --------------------------------------------------------------------------------- */

static void play(struct worker *worker, const struct dialog *dialog, struct result *result) {
    struct run *run = worker->run;

    result_begin(result, dialog);
    if (dialog->mode == MODE_SYNTAX) {
        play_syntax(dialog, result);
    } else if (dialog->mode == MODE_LIVE) {
        live_play(&worker->account, dialog, result);
    } else {
        result_conclude(result, OUTCOME_SKIP, "mode: octets, which nobody judges");
    }
    if (result->outcome == OUTCOME_FAIL && dialog->recommended && !run->options->strict) {
        result->outcome = OUTCOME_WARNING;
    }
    deviations_apply(&run->deviations, result);
    result->seconds = seconds_since(result->began);
}

bool run_is_interrupted(const struct run_options *options) {
    return options->interrupted && atomic_load(options->interrupted);
}

/* NULL when there is none left, or the run was interrupted. */
static const struct dialog *take_dialog(struct run *run) {
    const struct dialog *dialog = NULL;

    pthread_mutex_lock(&run->mutex);
    run->summary.interrupted = run_is_interrupted(run->options);
    if (!run->summary.interrupted && run->next < run->count) {
        dialog = run->dialogs[run->next++];
        run->options->report->started(run->report, dialog);
    }
    pthread_mutex_unlock(&run->mutex);
    return dialog;
}

static void *work(void *argument) {
    struct worker *worker = argument;
    struct run *run = worker->run;

    for (const struct dialog *dialog; (dialog = take_dialog(run));) {
        struct result result;
        play(worker, dialog, &result);
        pthread_mutex_lock(&run->mutex);
        count_result(&run->summary, &result);
        run->options->report->finished(run->report, &result, &run->summary);
        pthread_mutex_unlock(&run->mutex);
        result_free(&result);
    }
    return NULL;
}

/* The calling thread is the first worker. */
static void work_together(struct worker *workers, unsigned count) {
    unsigned started = 1;

    while (started < count &&
           pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0) {
        started++;
    }
    work(&workers[0]);
    for (unsigned i = 1; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
    }
}

/* ---- the run --------------------------------------------------------------------------------- */

static bool is_live(const struct run *run) {
    for (size_t i = 0; i < run->count; i++) {
        if (run->dialogs[i]->mode == MODE_LIVE) {
            return true;
        }
    }
    return false;
}

/* One try before the first dialog, so that a server that isn't there is told of once. */
static bool reach_server(struct run *run, struct account *account, const char *url) {
    char problem[SESSION_PROBLEM];

    if (!is_live(run) || account_open(account, problem) || run_is_interrupted(run->options)) {
        return true;
    }
    fprintf(stderr, "imapspec: no server to talk to at %s: %s\n", url, problem);
    return false;
}

static int exit_status(const struct summary *summary) {
    bool failed = summary->failed || summary->errors || summary->findings || summary->interrupted;
    return failed ? 1 : 0;
}

static int report_run(struct run *run, struct worker *workers, unsigned count) {
    const struct report *report = run->options->report;
    uint64_t began = clock_milliseconds();

    run->report = report->begin(run->options->output, &run->summary);
    if (!run->report) {
        return 2;
    }
    work_together(workers, count);
    run->summary.seconds = seconds_since(began);
    report->end(run->report, &run->summary);
    return exit_status(&run->summary);
}

static int run_workers(struct run *run) {
    unsigned count = run->options->workers > 0 ? run->options->workers : 1;
    struct worker *workers = calloc(count, sizeof *workers);
    char url[MAXIMUM_URL];
    bool is_ready = workers != NULL;
    int status = 2;

    for (unsigned i = 0; is_ready && i < count; i++) {
        workers[i].run = run;
        is_ready = account_init(&workers[i].account, run->options, i + 1);
    }
    write_url(&run->options->server, url);
    run->summary = (struct summary){.total = (unsigned)run->count, .server = url};
    if (!is_ready) {
        fprintf(stderr, "imapspec: memory is out\n");
    } else if (reach_server(run, &workers[0].account, url)) {
        status = report_run(run, workers, count);
    }
    for (unsigned i = 0; workers && i < count; i++) {
        account_free(&workers[i].account);
    }
    free(workers);
    return status;
}

int run_dialogs(struct dialog *const *dialogs, size_t count, const struct run_options *options) {
    struct run run = {
        .options = options, .dialogs = dialogs, .count = count, .mutex = PTHREAD_MUTEX_INITIALIZER};
    struct diagnostic diagnostic = {0};
    int status = 2;

    if (options->deviations &&
        !deviations_load(&run.deviations, options->deviations, dialogs, count, &diagnostic)) {
        fprintf(stderr, "%s:%u:%u: %s\n", diagnostic.file ? diagnostic.file : "", diagnostic.line,
                diagnostic.column, diagnostic.message);
    } else {
        status = run_workers(&run);
    }
    free(diagnostic.file);
    deviations_free(&run.deviations);
    pthread_mutex_destroy(&run.mutex);
    return status;
}
