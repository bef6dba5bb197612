/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.felix.gogo.runtime.EOFError;
import org.apache.felix.gogo.runtime.Parser;
import org.apache.felix.gogo.runtime.SyntaxError;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Process;
import org.gridbatch.api.Limits;

/** Gets the text of a script from words, a file or standard input, and checks that it parses. */
final class Scripts {
    /** UTF-8 needs at most three bytes for what is one character in {@link Limits#SCRIPT}. */
    private static final int MAX_BYTES = 3 * Limits.SCRIPT;

    /** How much of a line is shown on either side of an error. */
    private static final int AROUND = 60;

    /** The name of standard input where a file can be given. */
    static final String STDIN = "-";

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:,@%+=-]+");

    /** What can be missing where Gogo's tokenizer, not its parser, came upon the end; it counts columns from 1. */
    private static final Set<String> CHARACTERS = Set.of("quote", "dquote", "compound", "escape");

    private static final Set<String> CLOSING = Set.of(")", "}", "]", "'", "\"");

    private Scripts() {}

    /** A script and what to call it in messages. */
    record Script(String name, String text) {
        int bytes() {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }

        /** @throws CommandFailed if it does not parse, with the place and the line */
        Script checked() {
            if (text.isBlank()) throw new CommandFailed(name + " is empty, want a Gogo script");
            try {
                new Parser(text).program();
                return this;
            } catch (SyntaxError e) {
                throw new CommandFailed(describe(e), e);
            } catch (StackOverflowError e) {
                throw new CommandFailed(name + " nests its brackets too deeply to be run");
            }
        }

        /** Gogo counts lines from 0, and columns from 0 for tokens but from 1 for single characters. */
        private String describe(SyntaxError error) {
            boolean character = error instanceof EOFError open && CHARACTERS.contains(String.valueOf(open.missing()));
            List<String> lines = text.lines().toList();
            int number = Short.toUnsignedInt((short) error.line());
            int before = Short.toUnsignedInt((short) (error.column() - (character ? 1 : 0)));
            if (number >= lines.size()) {
                // Behind the last line end: the place is where the text stops.
                number = lines.size() - 1;
                before = Integer.MAX_VALUE;
            }
            String line = lines.get(number);
            before = Math.min(before, line.length());
            // A script can be one long line.
            int from = Math.max(0, before - AROUND);
            String shown = line.substring(from, Math.min(line.length(), before + AROUND));
            String indent = line.substring(from, before).replaceAll("[^\\t]", " ");
            return name + ", line " + (number + 1) + ", column " + (before + 1) + ": " + what(error) + "\n  " + shown
                    + "\n  " + indent + "^";
        }

        private static String what(SyntaxError error) {
            if (error instanceof EOFError open && CLOSING.contains(String.valueOf(open.repair()))) {
                return "the script ends, but a " + open.repair() + " is missing";
            }
            return error.getMessage().replaceAll("E(OT|OF)", "end of the script");
        }
    }

    /** What {@code push} and {@code exec} take: a file, {@code -} for standard input, or the text. */
    static Script of(CommandSession session, String file, String text) {
        if (file != null && !file.equals(STDIN)) return file(session, file);
        if (file != null || text.equals(STDIN)) return stdin(session);
        if (PLAIN.matcher(text).matches()
                && Files.isRegularFile(session.currentDir().resolve(text))) {
            throw new CommandFailed("'" + text + "' is a file: say -f " + text + " to run what is in it");
        }
        return new Script("the script", text);
    }

    /**
     * Several words as one command line. What Gogo took the quotes from is quoted again, so that each word stays one.
     *
     * @throws CommandFailed if the first word is no command but a script of its own
     */
    static String join(List<String> words) {
        if (words.size() == 1) return words.get(0);
        if (!PLAIN.matcher(words.get(0)).matches()) {
            throw new CommandFailed("the script is one argument, but there are " + words.size()
                    + ": put it in quotes, and give its arguments with --arg");
        }
        return words.stream().map(Scripts::quoted).collect(Collectors.joining(" "));
    }

    private static String quoted(String word) {
        if (PLAIN.matcher(word).matches()) return word;
        if (word.indexOf('\'') >= 0 || word.indexOf('\\') >= 0) {
            throw new CommandFailed("the word " + word + " has a quote or a backslash: put the whole script in quotes");
        }
        return "'" + word + "'";
    }

    private static Script file(CommandSession session, String name) {
        try (InputStream in = open(session, name)) {
            return new Script(name, read(name, in));
        } catch (IOException e) {
            throw new CommandFailed("cannot read '" + name + "': " + e.getMessage(), e);
        }
    }

    private static Script stdin(CommandSession session) {
        try {
            return new Script("standard input", read("standard input", open(session, STDIN)));
        } catch (IOException e) {
            throw new CommandFailed("cannot read standard input: " + e.getMessage(), e);
        }
    }

    /** Opens a file, or what is standard input for the caller, which is not to be closed. */
    static InputStream open(CommandSession session, String name) {
        if (name.equals(STDIN)) {
            Process process = Process.Utils.current();
            return process == null ? session.getKeyboard() : process.in();
        }
        Path path = session.currentDir().resolve(name);
        if (Files.isDirectory(path)) throw new CommandFailed("'" + path + "' is a directory, want a file");
        if (!Files.exists(path)) throw new CommandFailed("there is no file '" + path + "'");
        try {
            return Files.newInputStream(path);
        } catch (IOException e) {
            throw new CommandFailed("cannot read '" + path + "': " + e.getMessage(), e);
        }
    }

    private static String read(String name, InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw new CommandFailed(name + " has more than " + MAX_BYTES + " bytes, which no queue takes as a script");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new CommandFailed(name + " is no UTF-8 text, want a Gogo script", e);
        }
    }
}
