/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "signer.h"

/* The private keys that are at hand, told apart by their TUF id: those in a publisher's folder, and those that somebody brings
 * along. What a file is called means nothing here; which key may sign what stands in the signed metadata alone. */

G_BEGIN_DECLS

/* What people say about it on the command line. */
typedef struct
{
  char **files;          /* --key: further private keys (owned) */
  char **folders;        /* --keys: folders of such, a USB stick for example (owned) */
  char *passphrase_file; /* (owned) */
  int passphrase_fd;     /* -1: none */
} SutureKeyringOptions;
void suture_keyring_options_clear (SutureKeyringOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SutureKeyringOptions, suture_keyring_options_clear)

#define SUTURE_KEYRING_OPTIONS_NONE { NULL, NULL, NULL, -1 }

/* The entries of a command that opens keys. */
#define SUTURE_KEYRING_PASSPHRASE_ENTRIES(options)                                                                                 \
  { "passphrase-file", 0, 0, G_OPTION_ARG_FILENAME, &(options).passphrase_file, "A file whose first line is the keys' passphrase", \
    "FILE" },                                                                                                                      \
  { "passphrase-fd", 0, 0, G_OPTION_ARG_INT, &(options).passphrase_fd, "The same from a file descriptor", "N" }
#define SUTURE_KEYRING_ENTRIES(options)                                                                                            \
  { "key", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &(options).files, "A private key beside those in FOLDER/keys; may be repeated",      \
    "FILE" },                                                                                                                      \
  { "keys", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &(options).folders, "A folder of private keys; may be repeated", "DIR" },           \
    SUTURE_KEYRING_PASSPHRASE_ENTRIES (options)

typedef struct _SutureKeyring SutureKeyring;

/* @path: FOLDER/keys, which must be 0700, no link, and the caller's own; NULL: none. A file there that can't be read is no error until
 * its key is needed (suture_keyring_complaint ()); one that @options names is. */
SutureKeyring *suture_keyring_open (const char *path, const SutureKeyringOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_keyring_free (SutureKeyring *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureKeyring, suture_keyring_free)

/* Whether the key @id is at hand, and where: its path, part of @self, or NULL. */
const char *suture_keyring_place (SutureKeyring *self, const char *id);

/* Whether it lies in FOLDER/keys, and whether the file that it lies in has a passphrase; FALSE for one that is not at hand. */
gboolean suture_keyring_is_own (SutureKeyring *self, const char *id);
gboolean suture_keyring_is_encrypted (SutureKeyring *self, const char *id);

/* Whether it needs a passphrase that was not given yet. */
gboolean suture_keyring_is_locked (SutureKeyring *self, const char *id);

/* Whether a passphrase was given along, so that nobody is asked. */
gboolean suture_keyring_can_unlock (SutureKeyring *self);

/* The signer of the key @id, part of @self. NULL without @error when it is not at hand; with @error when it can't be opened. */
SutureSigner *suture_keyring_get (SutureKeyring *self, const char *id, GError **error);

/* The ids at hand; const char * of @self. Free with g_ptr_array_unref (). */
GPtrArray *suture_keyring_ids (SutureKeyring *self) G_GNUC_WARN_UNUSED_RESULT;

/* Sentences about files that should hold keys and can't be read, joined; NULL when there are none. Part of @self. */
const char *suture_keyring_complaint (SutureKeyring *self);

typedef struct
{
  const char *folder; /* where the new file goes; NULL: FOLDER/keys */
  const char *role;   /* what it is named after */
  SutureSignerType type;
  gboolean encrypt; /* with a passphrase that is asked */
  gboolean plain_name; /* ROLE.pem instead of ROLE-ID.pem: a role's first; one that is there already is taken */
} SutureKeyringNew;

/* Makes a key and writes it to disk; it is at hand from then on. Part of @self. */
SutureSigner *suture_keyring_make (SutureKeyring *self, const SutureKeyringNew *new, GError **error);

G_END_DECLS
