/* The command line: one file per command, each a function `int cli_x(int argc, char **argv)` whose argv
 * starts with the command's name. Exit codes: 0 ok, 1 findings, 2 usage, 3 unavailable. */
#pragma once

#include "base/clock.h"
#include "connectors/connectors.h"
#include "ledger/ledger.h"
#include "policy/releases.h"
#include "store/store.h"
#include "vault/keys.h"

enum cli_exit { CLI_OK = 0, CLI_FINDINGS = 1, CLI_USAGE = 2, CLI_UNAVAILABLE = 3 };

/* ---- options
 * -------------------------------------------------------------------------------------------------------- */
/* Options of a command: each is --name VALUE, or a flag without value. Unknown ones are a usage error that
 * lists those there are. */
struct cli_option {
	const char *name; /* "data" */
	bool flag;	  /* takes no value */
	const char *help;
	const char *value; /* as given, or the default written here before parsing; NULL: not given. A flag
			      given: "". */
};

/* Options end with {0}; --json and --help are always understood. What is not an option goes to ret_words
 * (words_max at most). False after a usage message was printed. */
bool cli_parse(int argc, char **argv, struct cli_option *options, const char *usage, const char **ret_words,
	       int words_max, bool *ret_json);
const char *cli_value(const struct cli_option *options, const char *name);

/* ---- an opened data directory
 * ----------------------------------------------------------------------------------------- */
enum cli_need {
	CLI_STORE = 1,
	CLI_KEYS = 2,
	CLI_LEDGER = 4,
	CLI_RELEASE = 8,
	CLI_CONNECTORS = 16,
	CLI_ALL = 31
};

struct cli {
	struct ctx ctx;
	struct clock *clock;
	char data[512], cities[512];
	char city[64], store_url[512]; /* from config.json */
	bool test_clock;
	enum suite suite;
	struct releases *releases;     /* of the store; NULL where none was opened */
	const struct release *release; /* in force when it was opened, and held */
};

/* data: the directory; cities: where the cities' files are (default "cities"). Opens what is needed; prints
 * what is wrong to standard error and answers the exit code, or CLI_OK. cli_close releases all. */
int cli_open(struct cli *k, const char *data, const char *cities, int needs);
void cli_close(struct cli *k);

/* Sets k->release from the files of the city, and prints complaints about them. */
int cli_load_files(struct cli *k);

/* Agreements of the city's files, into a store that never held one. */
int cli_import_papers(struct cli *k);
/* Seeds the store from the files of the city; prints complaints, or how many drafts wait to be published. */
int cli_seed(struct cli *k, int64_t *ret_drafts);

/* The generation of the log, kept in the key store: each restore that puts the log back begins the next. */
err cli_log_generation(struct ctx *c, int64_t *ret);
err cli_log_next_generation(struct ctx *c);

/* Prints c->failure to standard error: detail, fields, and answers the exit code that fits. */
int cli_failed(const struct ctx *c, const char *what);

/* The standard options of commands that open a data directory. */
#define CLI_DATA_OPTIONS                                                                                     \
	{"data", false, "data directory", NULL},                                                             \
	{                                                                                                    \
		"cities", false, "directory of the cities' files", "cities"                                  \
	}

/* ---- commands
 * ---------------------------------------------------------------------------------------------------------
 */
int cli_init(int argc, char **argv);
int cli_serve(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_diff(int argc, char **argv);
int cli_processing(int argc, char **argv);
int cli_render(int argc, char **argv);
int cli_connectors(int argc, char **argv);
int cli_duties(int argc, char **argv);
int cli_selfcheck(int argc, char **argv);
int cli_staff(int argc, char **argv);
int cli_ledger(int argc, char **argv);
int cli_backup(int argc, char **argv);
int cli_restore(int argc, char **argv);
int cli_keys(int argc, char **argv);
int cli_openapi(int argc, char **argv);
int cli_release(int argc, char **argv);
int cli_transfer(int argc, char **argv);
