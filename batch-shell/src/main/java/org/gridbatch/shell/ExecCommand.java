/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Stack;
import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Runs a script here and now, as a worker would. */
@CommandLine.Command(
        name = "exec",
        description = "Run a script here, in a session of its own, and return the value of its last expression; with "
                + "--json, which comes before the script, that is written as JSON after what it prints.",
        footer = {"", "Examples:", "  exec -f report.gogo 42", "  exec 'echo $1' hello", "  exec { echo hello }"})
final class ExecCommand extends Command {
    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            parameterConsumer = FileAndArguments.class,
            description = "Read the script from this file; - is standard input. All that follows is for the script.")
    private String file;

    @Parameters(
            arity = "0..*",
            paramLabel = "SCRIPT [ARG...]",
            hideParamSyntax = true,
            description = "The script as one word in quotes or as a closure, - for standard input; then its arguments.")
    private List<String> words = List.of();

    private List<String> fileArguments = List.of();

    @Override
    Object run(CommandSession session, Surroundings here) {
        if (file == null && words.isEmpty()) {
            throw new CommandFailed(
                    "exec: there is no script: give it in quotes, with -f FILE, or - for standard input");
        }
        String text = file == null ? words.get(0) : "";
        Scripts.Script script = Scripts.of(session, file, text).checked();
        List<String> arguments = file == null ? words.subList(1, words.size()) : fileArguments;
        return here.runner().run(session, script.name(), script.text(), arguments);
    }

    /** Takes all words behind the file: they are the script's, even if they look like options. */
    static final class FileAndArguments implements IParameterConsumer {
        @Override
        public void consumeParameters(Stack<String> words, ArgSpec option, CommandSpec command) {
            ExecCommand exec = (ExecCommand) command.userObject();
            if (words.isEmpty()) {
                throw new ParameterException(command.commandLine(), "-f wants a file");
            }
            exec.file = words.pop();
            List<String> rest = new ArrayList<>();
            while (!words.isEmpty()) rest.add(words.pop());
            exec.fileArguments = rest;
        }
    }
}
