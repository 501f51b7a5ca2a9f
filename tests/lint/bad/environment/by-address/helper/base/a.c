/* SPDX-License-Identifier: LGPL-2.1-or-later */
static char *(*look) (const char *) = secure_getenv;
