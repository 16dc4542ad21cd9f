# frozen_string_literal: true

require_relative "gems"
require_relative "channel"

module Lambent
  # Boot, load the handler, loop.
  module Runtime
    # Exit statuses of AWS's runtime.
    AFTER_CRITICAL_ERROR, AFTER_RUNTIME_ERROR, AFTER_INIT_ERROR = -1, -2, -4

    class << self
      def run(layers_root:, has_json_logs:)
        boot
        stand_by if ENV.delete("LAMBENT_STANDBY")
        Logging.start(has_json_logs: has_json_logs)
        handler = load_handler(layers_root)
        serve(handler)
        # Not Ruby's way out: threads of the function must not hold it up.
        exit!(0)
      end

      private

      def boot
        # It made Ruby take UTF-8 on machines that lack the locale of AWS's; there is no such variable on AWS.
        ENV.delete("LC_CTYPE") if ENV["LC_CTYPE"] == "C.UTF-8"
        $stdout.sync = true
        Gems.start(ENV.fetch("LAMBDA_RUNTIME_DIR"))
        require "json"
        require "time"
        require_relative "context"
        require_relative "errors"
        require_relative "handler"
        require_relative "logging"
        # AWS's client has loaded them, so that functions find them; ours needs neither, and they take long.
        Object.autoload(:Net, "net/http")
        Object.autoload(:URI, "uri")
      end

      # A process that was started ahead of its environment learns for which one it is.
      def stand_by
        Channel.send_frame(Channel::BOOTED, "", "")
        meta, variables = (Channel.read_variables or exit!(0)).map { |text| JSON.parse(text) }
        # Nil takes one away.
        ENV.update(variables)
        Dir.chdir(meta.fetch("cwd"))
        Gems.start_late(ENV.fetch("LAMBDA_RUNTIME_DIR"))
      end

      def load_handler(layers_root)
        task_root = ENV.fetch("LAMBDA_TASK_ROOT")
        $LOAD_PATH.unshift(task_root) unless $LOAD_PATH.include?(task_root)
        handler = LambdaHandler.new(env_handler: ENV.fetch("_HANDLER"), roots: [task_root, layers_root])
        require handler.handler_file_name
        handler
      rescue Exception => error # also of code that exits while it is loaded
        reported = ReportedError.new(error, "Init")
        log("Init error when loading handler ", reported)
        Channel.send_frame(Channel::INIT_ERROR, JSON.generate({ errorType: reported.type_for_platform }), JSON.generate(reported.payload))
        exit(AFTER_INIT_ERROR)
      end

      # Until the host has gone, or asks for an end.
      def serve(handler)
        Channel.send_next
        while (received = Channel.read_invoke)
          answer(handler, *received)
        end
      rescue SignalException => signal
        Logging.sink.write("Next invocation HTTP request from the runtime interface client was interrupted with a #{signal} SIGNAL, gracefully shutting down.\n")
        exit(0)
      end

      def answer(handler, meta_bytes, body)
        request = LambdaRequest.new(JSON.parse(meta_bytes), body)
        request_id = $_global_aws_request_id = request["Lambda-Runtime-Aws-Request-Id"]
        # Nil takes it away.
        ENV["_X_AMZN_TRACE_ID"] = request["Lambda-Runtime-Trace-Id"]
        event, context = read_event(request, request_id)
        answered = call(handler, event, context, request_id)
        respond(request_id, *answered) if answered
      end

      def read_event(request, request_id)
        [AwsLambda::Marshaller.marshall_request(request), LambdaContext.new(request)]
      rescue StandardError => error
        fail_for_good(error, request_id, phase: "Runtime", status: AFTER_RUNTIME_ERROR)
      end

      # Response and content type, or nil when the function has failed.
      def call(handler, event, context, request_id)
        response, content_type = handler.call_handler(request: event, context: context)
        [content_type == "application/unknown" ? response.read.to_s : response, content_type]
      rescue NameError => error # of a method, too: the code is taken to be broken
        fail_for_good(error, request_id)
      rescue StandardError => error
        report(error, request_id, "Error raised from handler method", then_next: true)
      rescue Exception => error # `exit` is one
        fail_for_good(error, request_id)
      end

      def respond(request_id, body, content_type)
        meta = { requestId: request_id, contentType: content_type }.compact
        Channel.send_frame(Channel::RESPONSE, JSON.generate(meta), body, then_next: true)
      end

      # The process is not used again.
      def fail_for_good(error, request_id, phase: "Function", status: AFTER_CRITICAL_ERROR)
        report(error, request_id, "Critical exception from handler", phase: phase, then_next: false)
        exit(status)
      end

      def report(error, request_id, title, then_next:, phase: "Function")
        reported = ReportedError.new(error, phase)
        log(title, reported)
        meta = { requestId: request_id, errorType: reported.type_for_platform, xrayCause: reported.xray_cause }
        Channel.send_frame(Channel::ERROR, JSON.generate(meta), JSON.generate(reported.payload), then_next: then_next)
        nil
      end

      def log(title, reported)
        Logging.sink.write("#{title}\n")
        Logging.sink.write("#{JSON.pretty_generate(reported.payload)}\n")
      end
    end
  end
end
