/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* The one error domain of Suture. Each code has a D-Bus name, org.suture.Error.NAME, which is also how
 * suture-activate tells the helper what went wrong (SUTURE_ERROR_NAME_PREFIX less). Messages are lower
 * case, without a full stop, and say what failed; callers prefix them with what was left unchanged. */

G_BEGIN_DECLS

#define SUTURE_ERROR (suture_error_quark ())
#define SUTURE_ERROR_NAME_PREFIX "org.suture.Error."

typedef enum
{
  SUTURE_ERROR_FAILED,           /* anything without a code of its own */
  SUTURE_ERROR_NOT_AUTHORIZED,   /* polkit said no, could not be asked, or did not answer */
  SUTURE_ERROR_INVALID_ARGUMENT, /* a caller's argument is outside its grammar */
  SUTURE_ERROR_NOT_FOUND,        /* no such improvement, operation, target or file on the server */
  SUTURE_ERROR_NOT_APPLICABLE,   /* another base, mixed files, already included or superseded */
  SUTURE_ERROR_BUSY,             /* the queue is full, or a package manager is at work */
  SUTURE_ERROR_CANCELLED,        /* stopped on request, before the switch */
  SUTURE_ERROR_NOT_CANCELLABLE,  /* the switch has begun */
  SUTURE_ERROR_NO_SOURCE,        /* no feed is configured */
  SUTURE_ERROR_MALFORMED,        /* not what a file of its kind looks like */
  SUTURE_ERROR_SIGNATURE,        /* too few valid signatures of the role's keys */
  SUTURE_ERROR_HASH,             /* length or digest is not the signed one */
  SUTURE_ERROR_STALE,            /* validly signed, but past its expiry */
  SUTURE_ERROR_ROLLBACK,         /* validly signed, but older than what was seen before */
  SUTURE_ERROR_NETWORK,          /* the server could not be reached, refused, or broke off */
  SUTURE_ERROR_NO_SPACE,         /* the disk or the quota is full */
  SUTURE_ERROR_INTERRUPTED,      /* a program of ours ended in the middle */
  SUTURE_ERROR_RATE_LIMITED,     /* asked again too soon */
  SUTURE_ERROR_UNAVAILABLE,      /* a service that is needed is not there */
  SUTURE_ERROR_CONFIGURATION,    /* a file that an administrator wrote can't be used; the message names it */
  SUTURE_ERROR_NOT_SIGNED_IN,    /* a feed's server asks for a credential, or did not accept the one it got */
  SUTURE_ERROR_MANAGED,          /* the administrator's policy does not allow it; the message ends with its reason */
} SutureError;

#define SUTURE_N_ERRORS (SUTURE_ERROR_MANAGED + 1)

GQuark suture_error_quark (void);

/* The short name of @code ("NotApplicable"); static. An unknown code gives "Failed". */
const char *suture_error_to_name (int code);

/* The code for a short name; SUTURE_ERROR_FAILED for NULL or an unknown one. */
SutureError suture_error_from_name (const char *name);

/* Sets @error from an errno value: ENOSPC and EDQUOT become SUTURE_ERROR_NO_SPACE, all else
 * SUTURE_ERROR_FAILED. The message is "@format…: strerror". Always returns FALSE. */
gboolean suture_error_set_errno (GError **error, int errsv, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Sets @error to "@about @format…": for a function of one file that always speaks of the same thing. Returns FALSE. */
gboolean suture_error_set_about (GError **error, SutureError code, const char *about, const char *format, va_list args)
    G_GNUC_PRINTF (4, 0);

G_END_DECLS
