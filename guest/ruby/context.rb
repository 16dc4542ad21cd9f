# frozen_string_literal: true

# What the host sent with an event, by the names of the Runtime API's headers: AWS's marshaller, which functions may
# replace, is given the event in this form.
class LambdaRequest
  HEADERS = {
    "lambda-runtime-aws-request-id" => "requestId",
    "lambda-runtime-deadline-ms" => "deadlineMs",
    "lambda-runtime-invoked-function-arn" => "invokedFunctionArn",
    "lambda-runtime-trace-id" => "traceId",
    "lambda-runtime-client-context" => "clientContext",
    "lambda-runtime-cognito-identity" => "cognitoIdentity",
    "lambda-runtime-aws-tenant-id" => "tenantId",
  }.freeze

  # The event's bytes, as a string in UTF-8.
  attr_reader :body

  def initialize(meta, body)
    @meta = meta
    @body = body
  end

  # Of a header that was not sent: nil.
  def [](name)
    name = name.downcase
    return "application/json" if name == "content-type"

    @meta[HEADERS[name]]&.to_s
  end
end

# The context object of one invoke, with the attribute names of AWS's runtime.
class LambdaContext
  attr_reader :aws_request_id, :invoked_function_arn, :log_group_name, :log_stream_name, :function_name,
              :memory_limit_in_mb, :function_version, :identity, :client_context, :deadline_ms, :tenant_id

  def initialize(request)
    @deadline_ms = request["Lambda-Runtime-Deadline-Ms"].to_i
    @aws_request_id = request["Lambda-Runtime-Aws-Request-Id"]
    @invoked_function_arn = request["Lambda-Runtime-Invoked-Function-Arn"]
    @tenant_id = request["Lambda-Runtime-Aws-Tenant-Id"]
    @log_group_name = ENV.fetch("AWS_LAMBDA_LOG_GROUP_NAME", nil)
    @log_stream_name = ENV.fetch("AWS_LAMBDA_LOG_STREAM_NAME", nil)
    @function_name = ENV.fetch("AWS_LAMBDA_FUNCTION_NAME", nil)
    @memory_limit_in_mb = ENV.fetch("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", nil)
    @function_version = ENV.fetch("AWS_LAMBDA_FUNCTION_VERSION", nil)
    @identity = parsed(request["Lambda-Runtime-Cognito-Identity"])
    @client_context = parsed(request["Lambda-Runtime-Client-Context"])
  end

  def get_remaining_time_in_millis
    remaining = @deadline_ms - Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond)
    remaining.positive? ? remaining : 0
  end

  private

  def parsed(json)
    JSON.parse(json) unless json.to_s.empty?
  end
end
