/**
 * From a program to something that runs.
 *
 * <p>A {@link dev.thaw.plan.Plan} is a program specialised to one purpose, mode, batch size and
 * freeze pattern, bound to a backend, with one arena of memory. Rewrites, one class each, make the
 * program cheaper before.
 *
 * <p>Words: <i>arena</i>: the memory that all values in between share; <i>fusion</i>: ops that take
 * in what follows them.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.plan;

import org.apiguardian.api.API;
