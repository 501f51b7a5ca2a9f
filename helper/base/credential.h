/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What a private feed wants to see, and the one origin that may see it. A value that is never changed; its memory is
 * overwritten when it goes. It belongs in no message, log, property or history: nothing here turns it into text for people. */

G_BEGIN_DECLS

#define SUTURE_CREDENTIAL_USER_MAX 256    /* bytes */
#define SUTURE_CREDENTIAL_SECRET_MAX 4096 /* bytes: a JSON Web Token with many claims; web servers take heads of 8 KiB */
#define SUTURE_CREDENTIAL_MAX (300 + SUTURE_CREDENTIAL_USER_MAX + SUTURE_CREDENTIAL_SECRET_MAX) /* bytes, packed */

typedef struct
{
  char *origin; /* "https://host:port", as of suture_credential_origin (); nobody else is ever sent it (owned) */
  char *user;   /* "": the secret is a bearer token (owned) */
  char *secret; /* (owned) */
} SutureCredential;

/* For @origin. A token is one of RFC 6750, section 2.1 ("b64token"); a user and a password are UTF-8 without controls, the
 * user not empty and without ':' (RFC 7617). SUTURE_ERROR_INVALID_ARGUMENT says which rule, never what was given. */
SutureCredential *
suture_credential_new (const char *origin, const char *user, const char *secret, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same rules, for who has no origin yet. */
gboolean suture_credential_check (const char *user, const char *secret, GError **error);
void suture_credential_free (SutureCredential *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureCredential, suture_credential_free)

/* What may be shown of it: "token" or "password"; "none" for NULL. Static. */
const char *suture_credential_kind (const SutureCredential *self);

/* "ORIGIN LF USER LF SECRET", for a file or a frame; the bytes are overwritten with their last reference. */
GBytes *suture_credential_pack (const SutureCredential *self) G_GNUC_WARN_UNUSED_RESULT;
/* The reverse; NULL when it is none. @bytes stay the caller's and are overwritten, whatever they are: they have to lie in
 * memory of their own, as those of suture_file_read () and of a frame do. */
SutureCredential *suture_credential_unpack (GBytes *bytes) G_GNUC_WARN_UNUSED_RESULT;

/* Scheme, host in lower case, and port of @url, the port always named: "https://example.org:443". NULL unless it is https
 * with a host. */
char *suture_credential_origin (const char *url) G_GNUC_WARN_UNUSED_RESULT;
/* What people call that server: "example.org", "example.org:8443". Of no https address: "the server". */
char *suture_credential_host (const char *url) G_GNUC_WARN_UNUSED_RESULT;

/* Overwrites and frees @text; NULL is nothing. */
void suture_credential_wipe (char *text);

G_END_DECLS
