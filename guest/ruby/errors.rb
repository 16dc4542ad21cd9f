# frozen_string_literal: true

module Lambent
  # An error in the shapes that AWS's runtime gives it: the payload for the caller, the type for the platform.
  class ReportedError
    OWN_FOLDER = "#{__dir__}/"
    MOST_FRAMES = 100
    MOST_XRAY_FRAMES = 15
    # Of every other class the platform learns no more than that it was the function's.
    TYPES_TOLD = %w[
      ArgumentError NoMethodError Exception StandardError NameError LoadError SystemExit SystemStackError
    ].freeze

    # `phase` is `Function`, `Init` or, for what is no fault of the function, `Runtime`.
    def initialize(error, phase)
      @class_name = error.class.to_s
      @error_type = "#{phase}<#{@class_name}>"
      @message = utf8(error.message) + advice(error)
      @frames = frames_of(error)
    end

    def payload
      { errorMessage: @message, errorType: @error_type, stackTrace: @frames.map { |frame| utf8(frame.to_s) } }
    end

    def type_for_platform
      TYPES_TOLD.include?(@class_name) ? @error_type : "Function<UserException>"
    end

    def xray_cause
      stack = @frames.first(MOST_XRAY_FRAMES).map { |frame| { path: frame.path, line: frame.lineno, label: frame.label } }
      exceptions = [{ message: @message, type: @error_type, stack: stack }]
      JSON.generate({ working_directory: Dir.pwd, paths: ENV.fetch("GEM_PATH", "").split(":"), exceptions: exceptions })
    end

    private

    # Without ours: on AWS the client's own frames are not told either.
    def frames_of(error)
      (error.backtrace_locations || []).first(MOST_FRAMES).reject { |frame| frame.path&.start_with?(OWN_FOLDER) }
    end

    # On AWS these gems are always there.
    def advice(error)
      return "" unless error.is_a?(LoadError) && /\Aaws-sdk(-[a-z0-9]+)*\z/.match?(error.path.to_s)

      " (Lambent brings it with: lambent runtimes add ruby#{RUBY_VERSION[/\A\d+\.\d+/]}/#{error.path}; or bundle it with the function)"
    end

    # A message may hold the bytes of anything, a payload cannot.
    def utf8(text)
      text.encode(Encoding::UTF_8, invalid: :replace, undef: :replace).scrub
    end
  end
end
