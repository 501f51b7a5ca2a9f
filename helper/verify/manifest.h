/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/release.h"

/* The signed description of one improvement: data/manifest.schema.json in C, read only after its digest was found in
 * verified metadata. Everything in it is checked against its grammar here; whoever holds a SutureManifest needs to check
 * nothing again. */

G_BEGIN_DECLS

#define SUTURE_MANIFEST_MAX (1024 * 1024)                    /* bytes of JSON */
#define SUTURE_MANIFEST_IMAGE_MAX (G_GUINT64_CONSTANT (1) << 30) /* bytes of an image */
#define SUTURE_MANIFEST_FILES_MAX 4096
#define SUTURE_MANIFEST_TITLE_MAX 256                        /* bytes; what is longer is cut */
#define SUTURE_MANIFEST_TEXT_MAX 4096                        /* the same of a description; THREATS.md 31 */

typedef enum
{
  SUTURE_FILE_REGULAR,
  SUTURE_FILE_SYMLINK,
} SutureFileType;

/* One entry that the improvement puts in place. */
typedef struct
{
  char *path; /* absolute, below /usr/{bin,sbin,lib,lib64,libexec,share}, normalized, not denied (owned) */
  SutureFileType type;
  guint mode;     /* permission bits; 0 for a symbolic link */
  guint64 size;   /* bytes; 0 for a symbolic link */
  char *content;  /* SHA-256 in hex, or the link's target (owned) */
  GPtrArray *old; /* per known base, in order: char * of the same kind, or NULL where it must not exist (owned) */
} SutureManifestFile;

/* A file of the old version that the new one does not have; it stays, but who maps it runs old bytes. */
typedef struct
{
  char *path;        /* (owned) */
  GPtrArray *sha256; /* char *, every known content (owned) */
} SutureManifestObsolete;

typedef struct
{
  char *encoding; /* "zstd" or "zstd-prefix"; payloads of encodings not known here are left out (owned) */
  int base;       /* index of the base that is the reference; -1: none needed */
  guint64 size;   /* bytes */
  char *sha256;   /* also its name on the server: targets/payloads/SHA256 (owned) */
} SuturePayload;

#define SUTURE_MANIFEST_HEALTH_MAX 8           /* health checks of one improvement */
#define SUTURE_MANIFEST_HEALTH_SECONDS_MAX 300

/* What shows that it works: a unit that runs so many seconds later, or a program that says its version within them. */
typedef struct
{
  char *unit;    /* a service; NULL: a program (owned) */
  char *program; /* absolute, below /usr/{bin,sbin,libexec}; NULL: a unit (owned) */
  guint seconds; /* 1 … SUTURE_MANIFEST_HEALTH_SECONDS_MAX */
} SutureHealthCheck;

typedef struct
{
  char *id;        /* (owned), as all strings here */
  char *component; /* a name: one improvement of a component is installed at most */
  guint number;    /* order among a base release's improvements, from 1; shown as a letter */
  char *kind;      /* "security" or "test" */
  char *severity;  /* unknown, low, medium, high, critical */
  gboolean exploited;
  char *publisher;
  GHashTable *title;          /* language → clean plain text; "en" is always there (owned) */
  GHashTable *description;    /* the same (owned) */
  GPtrArray *vulnerabilities; /* char *[3]-style GStrv: id, title, credit (owned) */
  char *base_id;              /* os-release ID, VERSION_ID and systemd's name of the architecture */
  char *base_version_id;
  char *base_architecture;
  GPtrArray *bases;     /* char *: labels of the known bases, only shown; its length is the number of bases (owned) */
  char *result;         /* label of what it leaves, only shown */
  GPtrArray *files;     /* SutureManifestFile, sorted by path as bytes, no path twice (owned) */
  GPtrArray *obsoletes; /* SutureManifestObsolete (owned) */
  guint64 image_size;
  char *image_sha256;
  char *verity_salt; /* hex */
  char *verity_root_hash;
  GPtrArray *payloads; /* SuturePayload (owned) */
  GPtrArray *restart, *never_restart, *reopen; /* char *: unit names, unit names, desktop ids (owned) */
  gboolean reboot;
  GPtrArray *health; /* SutureHealthCheck (owned) */
} SutureManifest;

/* Reads a manifest whose bytes were verified. SUTURE_ERROR_MALFORMED names the member that is wrong. */
SutureManifest *suture_manifest_parse (GBytes *json, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SutureManifest *suture_manifest_ref (SutureManifest *self);
void suture_manifest_unref (SutureManifest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureManifest, suture_manifest_unref)

/* Whether @path may be named as a health check's program: its spelling alone, what lies there is looked at when it is run. */
gboolean suture_manifest_is_program (const char *path);

/* Whether it is made for @release: this product, version and architecture. */
gboolean suture_manifest_is_for (const SutureManifest *self, const SutureRelease *release);

/* Whether its id is COMPONENT-LETTER: then no two components share one, and who may offer a component is alone with its ids.
 * SUTURE_ERROR_MALFORMED. Not asked of what is installed: that has to stay removable. */
gboolean suture_manifest_check_id (const SutureManifest *self, GError **error);

/* The first path that both put in place, or NULL: then they can't be installed beside each other. @a's. */
const char *suture_manifest_common_path (const SutureManifest *a, const SutureManifest *b);

/* The system extension's name, "suture-ID": mount point, extension-release file and image are named so. */
char *suture_manifest_extension (const SutureManifest *self) G_GNUC_WARN_UNUSED_RESULT;

/* The text in the best of the languages of @locales (g_get_language_names ()), "en" as the last resort; not NULL. */
const char *suture_manifest_text (GHashTable *texts, const char *const *locales);

G_END_DECLS
