/**
 * The command line, one class per command; {@code Thaw} has them all.
 *
 * <p>A command reads its files by {@code ModelFile} and {@code ArrayFile}, does by the library's
 * public methods what it is told, and prints results to the standard output. {@code Failures} turns
 * an exception into one line that says what, where and the remedy.
 *
 * <p>Words: <i>failure</i>: an error that a user can mend, exit code 1; <i>usage</i>: a command
 * line that makes no sense, exit code 2; <i>target</i>: the file that a command writes.
 */
@API(status = API.Status.INTERNAL)
package dev.thaw.cli;

import org.apiguardian.api.API;
