/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "verify/manifest.h"

/* Content decides: what an improvement is to this machine follows from the bytes below the unmerged /usr and from
 * nothing else. */

G_BEGIN_DECLS

typedef enum
{
  SUTURE_CONTENT_APPLIES,       /* every file has exactly the bytes of one and the same known base */
  SUTURE_CONTENT_INCLUDED,      /* every file has the fixed bytes already */
  SUTURE_CONTENT_SUPERSEDED,    /* a file is neither what is expected nor what is left */
  SUTURE_CONTENT_MIXED,         /* each file is known, but not all of one base */
  SUTURE_CONTENT_NOT_INSTALLED, /* none of the files is there */
  SUTURE_CONTENT_OTHER_BASE,    /* made for another os-release or architecture */
} SutureContentState;

/* The state's name on the bus ("applies", "included", …); static. */
const char *suture_content_to_string (SutureContentState state);

typedef struct
{
  SutureContentState state;
  int base;   /* the index of the base found; -1 unless state is SUTURE_CONTENT_APPLIES */
  char *path; /* the first file that decided against, or NULL (owned) */
} SutureContent;
void suture_content_clear (SutureContent *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SutureContent, suture_content_clear)

/* Opens the entry of @path ("/usr/…", normalized) below @usr with open(2)'s @flags; -1 with errno. No symbolic link on the
 * way is followed, so nothing outside @usr is reached, and a folder that an administrator replaced by a link counts as
 * changed: an image would hide the link. With O_PATH | O_NOFOLLOW the entry itself may be a link. */
int suture_content_open (int usr, const char *path, int flags);

/* Opens the regular file @path below @usr for reading, whatever else is there: -1 with errno, ENOENT for no entry (or no
 * folder) of that name, EINVAL for one that is no regular file. */
int suture_content_open_regular (int usr, const char *path);

/* What was found at paths, for one look through many manifests: each file is read once, however many of them name it. A list of
 * 8 MiB can name the largest file there is thirty thousand times. */
GHashTable *suture_content_seen_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* Compares @manifest with the files below @usr, a descriptor of a /usr folder (the unmerged one, SUTURE_PATH_BASE; the
 * merged one to see what is really there), and with SUTURE_PATH_OS_RELEASE. FALSE with @error only when a file can't be
 * read. @content is written only on success; clear it first if it was used before. @seen: of suture_content_seen_new () for
 * the same @usr, to be told and not to be acted on; NULL: every file is read now. */
gboolean suture_content_compare (
    const SutureManifest *manifest, int usr, GHashTable *seen, SutureContent *content, GError **error);

/* The same without a look at os-release: what a publisher asks about an unpacked package. */
gboolean suture_content_compare_files (const SutureManifest *manifest, int usr, SutureContent *content, GError **error);

/* Whether every file of @manifest below @usr has the fixed bytes, type and mode: what a switch must end in.
 * FALSE with SUTURE_ERROR_NOT_APPLICABLE that names the first that has not, or with what could not be read. */
gboolean suture_content_is_fixed (const SutureManifest *manifest, int usr, GError **error);

G_END_DECLS
