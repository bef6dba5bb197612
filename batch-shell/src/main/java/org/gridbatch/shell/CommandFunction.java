/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.BatchException;
import org.gridbatch.api.Canary;
import org.gridbatch.api.FailOn;
import org.gridbatch.api.Rate;
import org.gridbatch.worker.gogo.Durations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * A command as Gogo calls it.
 *
 * <p>It is a {@link Function} because Gogo then hands over the arguments as they were written: for a method it would first
 * turn what looks like a number into one, and a job id or a script may look like one.
 */
final class CommandFunction implements Function {
    private static final Logger log = LoggerFactory.getLogger(CommandFunction.class);
    private static final int HELP_WIDTH = 100;
    private static final String JSON = "--json";
    /** Of the options that look like what was typed, so many are named. */
    private static final int SIMILAR = 3;

    /** How picocli says it, which is how Java writes it. */
    private static final Pattern CONSTANTS =
            Pattern.compile("(.*: )expected one of \\[(.*)] \\(case-\\w+\\) but was (.*)", Pattern.DOTALL);

    private static final Pattern NOT_A_NUMBER = Pattern.compile(" is not an? (int|long)$");
    private static final Pattern CANARY = Pattern.compile("([0-9]{1,9})(?::([0-9]{1,9})%?)?");
    private static final Pattern RATE = Pattern.compile("([0-9]{1,9})/(.+)");

    private final String name;
    private final Supplier<? extends Command> command;
    private final Surroundings here;

    CommandFunction(String name, Supplier<? extends Command> command, Surroundings here) {
        this.name = name;
        this.command = command;
        this.here = here;
    }

    @Override
    public Object execute(CommandSession session, List<Object> arguments) {
        Command call = command.get();
        CommandLine line = line(name, call, session);
        try {
            line.parseArgs(Words.of(call.take(arguments)).toArray(String[]::new));
        } catch (ParameterException e) {
            throw new CommandFailed(name + ": " + describe(e) + " ('" + name + " --help' says more)", e);
        }
        if (line.isUsageHelpRequested()) return usage(name, call, session);
        boolean json = line.getParseResult().hasMatchedOption(JSON);
        if (json) call.askForJson();
        try {
            Object data = call.run(session, here);
            sayWhereItGoesOn(data, json, session);
            return json ? call.json(data) : data;
        } catch (CommandFailed e) {
            throw e;
        } catch (BatchException e) {
            throw new CommandFailed(name + ": " + e.getMessage(), e);
        } catch (RuntimeException | LinkageError e) {
            log.warn("the command {} failed in a way that it should not", name, e);
            throw new CommandFailed(name + ": " + Text.describe(e) + " (this node's log says more)", e);
        }
    }

    /** At a terminal that stands below the table, where one looks when it has scrolled by. */
    private static void sayWhereItGoesOn(Object data, boolean json, CommandSession session) {
        if (!(data instanceof Listing<?> list) || list.next().isEmpty()) return;
        if (json || Formats.width(session, 0) == 0) System.err.println(Formats.more(list.next()));
    }

    /** How the command is used, for its user. */
    static String usage(String name, Command call, CommandSession session) {
        return line(name, call, session).getUsageMessage(Ansi.OFF).stripTrailing();
    }

    /** What picocli knows about it. */
    static CommandSpec spec(String name, Command call) {
        CommandSpec spec = withJson(call).getCommandSpec();
        spec.name(name);
        return spec;
    }

    private static CommandLine withJson(Command call) {
        CommandLine line = new CommandLine(call);
        if (call.returnsData()) {
            line.getCommandSpec()
                    .addOption(OptionSpec.builder(JSON)
                            .type(boolean.class)
                            .description("Print JSON: one value a line, an object for each row.")
                            .build());
        }
        return line;
    }

    private static CommandLine line(String name, Command call, CommandSession session) {
        CommandLine line = withJson(call)
                .setExpandAtFiles(false)
                .setInterpolateVariables(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(Formats.width(session, HELP_WIDTH))
                .setStopAtPositional(call instanceof ExecCommand)
                .registerConverter(Duration.class, CommandFunction::duration)
                .registerConverter(Backoff.class, CommandFunction::backoff)
                .registerConverter(Instant.class, CommandFunction::instant)
                .registerConverter(Deadline.class, CommandFunction::deadline)
                .registerConverter(Rate.class, CommandFunction::rate)
                .registerConverter(Canary.class, CommandFunction::canary)
                .registerConverter(FailOn.class, CommandFunction::failOn);
        line.getCommandSpec().name(name);
        return line;
    }

    private static String describe(ParameterException failure) {
        if (failure instanceof UnmatchedArgumentException unmatched) {
            String word = unmatched.getUnmatched().get(0);
            if (!word.startsWith("-")) return "there is no use for '" + word + "'";
            List<String> similar = unmatched.getSuggestions();
            String hint = similar.isEmpty()
                    ? ""
                    : ": did you mean " + String.join(" or ", similar.subList(0, Math.min(similar.size(), SIMILAR)))
                            + "?";
            return "unknown option '" + word + "', want one of " + options(failure.getCommandLine()) + hint;
        }
        String message = failure.getMessage();
        Matcher constants = CONSTANTS.matcher(message);
        if (constants.matches()) {
            message = constants.group(1) + constants.group(3) + ", want one of "
                    + constants.group(2).toLowerCase(Locale.ROOT);
        }
        message = NOT_A_NUMBER.matcher(message).replaceFirst(" is no whole number");
        if (failure instanceof MissingParameterException || message.startsWith("Invalid value")) {
            return message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
        }
        return message;
    }

    private static String options(CommandLine line) {
        return line.getCommandSpec().options().stream()
                .map(OptionSpec::names)
                .flatMap(Stream::of)
                .sorted((one, other) -> one.replace("-", "").compareTo(other.replace("-", "")))
                .collect(Collectors.joining(" "));
    }

    private static Duration duration(String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** {@code 5s} is the same wait each time, {@code 5s..1h} doubles it from the one to the other. */
    private static Backoff backoff(String text) {
        int dots = text.indexOf("..");
        if (dots < 0) return Backoff.fixed(duration(text));
        try {
            return new Backoff(2, duration(text.substring(0, dots)), duration(text.substring(dots + 2)));
        } catch (BatchException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    private static Deadline deadline(String text) {
        try {
            return Deadline.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** {@code 10/1m}: ten in a minute. */
    private static Rate rate(String text) {
        Matcher rate = RATE.matcher(text);
        if (!rate.matches()) {
            throw new TypeConversionException("'" + text + "' is no rate, want one like 10/1m");
        }
        Duration period = duration(rate.group(2));
        try {
            return new Rate(Integer.parseInt(rate.group(1)), period);
        } catch (BatchException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** {@code 10} or {@code 10:20}: ten items, of which twenty percent may fail. */
    private static Canary canary(String text) {
        Matcher canary = CANARY.matcher(text);
        if (!canary.matches()) {
            throw new TypeConversionException("'" + text + "' is no canary, want one like 10 or 10:20");
        }
        try {
            return new Canary(
                    Integer.parseInt(canary.group(1)), canary.group(2) == null ? 0 : Integer.parseInt(canary.group(2)));
        } catch (BatchException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    private static FailOn failOn(String text) {
        try {
            return FailOn.parse(text);
        } catch (BatchException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    private static Instant instant(String text) {
        try {
            return Times.here().future(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
