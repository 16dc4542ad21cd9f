# frozen_string_literal: true

require "logger"

module Lambent
  # What is logged goes to the log as messages, each whole whatever newlines it has, and what `Logger` writes there bears
  # the request id, as AWS's runtime makes it.
  module Logging
    LEVELS = {
      "TRACE" => Logger::DEBUG, "DEBUG" => Logger::DEBUG, "INFO" => Logger::INFO,
      "WARN" => Logger::WARN, "ERROR" => Logger::ERROR, "FATAL" => Logger::FATAL,
    }.freeze

    class << self
      # Of loggers that have none of their own.
      attr_reader :level

      # Where messages go that the runtime and `Logger` write.
      attr_reader :sink

      # JSON where the runtime has it (Ruby 4.0 and later) and the function asks for it.
      def start(has_json_logs:)
        @sink = $stdout
        @is_json = has_json_logs && ENV.fetch("AWS_LAMBDA_LOG_FORMAT", "").casecmp?("json")
        @level = LEVELS[ENV.fetch("AWS_LAMBDA_LOG_LEVEL", "").upcase] if has_json_logs
        Logger.prepend(Patch)
        descriptor = ENV.delete("_LAMBDA_TELEMETRY_LOG_FD")
        write_frames(descriptor.to_i) if descriptor
      end

      def formatter
        @is_json ? JsonFormatter.new : TextFormatter.new
      end

      private

      def write_frames(descriptor)
        @sink = Frames.new(descriptor)
        Kernel.define_method(:puts) do |*values|
          text = values.flatten.map { |value| value.to_s.encode(Encoding::UTF_8) }.join("\n")
          Logging.sink.write(text.end_with?("\n") ? text : "#{text}\n")
          nil
        end
        Kernel.__send__(:private, :puts)
      rescue Errno::EBADF
        # Started without it (by hand): lines on the output will do.
      end
    end

    # Writes messages to the log descriptor, as ../PROTOCOL.md says. A device for `Logger`.
    class Frames
      TEXT = 0xa55a0003

      def initialize(descriptor)
        @pipe = IO.for_fd(descriptor, "wb", autoclose: false)
        @pipe.sync = true
        @pipe.close_on_exec = true
        @lock = Mutex.new
      end

      def write(message)
        time_us = Process.clock_gettime(Process::CLOCK_REALTIME, :microsecond)
        @lock.synchronize { @pipe.write([TEXT, message.bytesize, time_us].pack("NNQ>"), message) }
      end

      def reopen(*) = self

      def close; end
    end

    # Loggers that print, and those without a device, write lines of this runtime's form.
    module Patch
      def initialize(logdev, shift_age = 0, shift_size = 1_048_576, **options)
        if logdev.nil? || logdev.equal?($stdout) || logdev.equal?($stderr)
          logdev = Logging.sink if logdev.nil? || Logging.sink.is_a?(Frames)
          options[:formatter] ||= Logging.formatter
          options[:level] ||= Logging.level if Logging.level
        end
        super
      end
    end

    # `I, [2026-01-31T12:00:00.123456 #9]  INFO <request id> -- : message`
    class TextFormatter < Logger::Formatter
      def call(severity, time, progname, msg)
        head = format("%s, [%s #%d] %5s %s -- %s: ", severity[0], format_datetime(time), Process.pid, severity, $_global_aws_request_id, progname)
        "#{head}#{msg2str(msg)}".encode(Encoding::UTF_8, invalid: :replace, undef: :replace) << "\n"
      end
    end

    # One JSON object a line, by the member names that all of AWS's runtimes have.
    class JsonFormatter < Logger::Formatter
      def call(severity, time, progname, msg)
        is_error = msg.is_a?(Exception)
        line = {
          timestamp: time.getutc.strftime("%Y-%m-%dT%H:%M:%S.%6NZ"),
          level: severity,
          message: utf8(is_error ? msg.message : msg2str(msg)),
          requestId: $_global_aws_request_id,
          logger: progname && utf8(progname),
        }
        line.delete(:logger) if line[:logger].to_s.empty?
        line.update(error_members(msg)) if is_error
        "#{JSON.generate(line.compact)}\n"
      end

      private

      def error_members(error)
        trace = Array(error.backtrace).map { |frame| utf8(frame) }
        { errorType: error.class.to_s, errorMessage: utf8(error.message), stackTrace: trace, location: location_of(trace.first) }
      end

      # `file:method:line`
      def location_of(frame)
        parts = /\A(.+):(\d+):in [`'](.+)'\z/.match(frame.to_s)
        parts ? "#{parts[1]}:#{parts[3]}:#{parts[2]}" : frame
      end

      def utf8(value)
        value.to_s.encode(Encoding::UTF_8, invalid: :replace, undef: :replace)
      end
    end
  end
end
