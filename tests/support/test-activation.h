/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* A stand-in for suture-activate at SUTURE_PATH_ACTIVATE_SOCKET: a thread that takes requests one by one and says what it
 * was told to say. */

typedef struct _TestActivation TestActivation;

/* Listens until test_activation_free (). */
TestActivation *test_activation_new (void);
void test_activation_free (TestActivation *self);

/* What the next requests are answered with, in order; then, and before, a list of nothing.
 * @result: the result's JSON; NULL: closes without a word. */
void test_activation_answer (TestActivation *self, const char *result);

/* Bytes that the next request gets instead of frames. */
void test_activation_answer_raw (TestActivation *self, const char *bytes);

/* All requests so far, a line each: "list\n". */
char *test_activation_requests (TestActivation *self);
