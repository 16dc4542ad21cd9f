# frozen_string_literal: true

require "stringio"

module AwsLambda
  # How events and answers become what the handler takes and gives. Functions that know what they do replace its methods,
  # as on AWS.
  class Marshaller
    class << self
      def marshall_request(raw_request)
        raw_request["Content-Type"] == "application/json" ? JSON.parse(raw_request.body) : raw_request.body
      end

      # JSON; or something to read, and the content type that says so.
      def marshall_response(method_response)
        case method_response
        when StringIO, IO then [method_response, "application/unknown"]
        else method_response.to_json
        end
      end
    end
  end
end

# The method that `_HANDLER` names. Messages of Ruby's about a method that is missing name this class, as on AWS.
class LambdaHandler
  attr_reader :handler_file_name, :handler_method_name

  # `roots`: folders of this machine in which a handler may lie; what they are called has no part in the rule.
  def initialize(env_handler:, roots: [])
    root = roots.find { |folder| env_handler.start_with?("#{folder}/") }.to_s
    handler_split = env_handler.delete_prefix(root).split(".")
    case handler_split.size
    when 2 then @handler_file_name, @handler_method_name = handler_split
    when 3 then @handler_file_name, @handler_class, @handler_method_name = handler_split
    else raise ArgumentError, "Invalid handler #{handler_split}, must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD where FILENAME corresponds with an existing Ruby source file FILENAME.rb, CLASS is an optional module/class namespace and METHOD is a callable method. If using CLASS, METHOD must be a class-level method."
    end
    @handler_file_name = root + @handler_file_name
  end

  # The answer, and its content type when it is not JSON.
  def call_handler(request:, context:)
    response =
      if @handler_class
        Kernel.const_get(@handler_class).send(@handler_method_name, event: request, context: context)
      else
        __send__(@handler_method_name, event: request, context: context)
      end
    AwsLambda::Marshaller.marshall_response(response)
  end
end
