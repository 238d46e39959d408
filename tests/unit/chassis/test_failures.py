"""Every exception of asyncpg and aiokafka is decided: it passes, it is the record's content, or it is a bug."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import asyncpg
import pytest
from aiokafka import errors as kafka
from asyncpg.exceptions import _base
from asyncpg.pgproto import pgproto
from faust.exceptions import ConsumerNotStarted
from pydantic import BaseModel, ValidationError

from chassis.failures import (
    UNPROCESSABLE,
    Dependency,
    Failure,
    Fenced,
    failure_of,
    refusal_of,
    transient,
    whose,
)
from chassis.service import Refused


def words(text: str) -> list[str]:
    return text.split()


PASSES = words("""
    AdminShutdownError CannotConnectNowError ClientCannotConnectError ConfigFileError
    ConfigurationLimitExceededError ConnectionDoesNotExistError ConnectionFailureError
    ConnectionRejectionError CrashShutdownError DataCorruptedError DatabaseDroppedError DeadlockDetectedError
    DiskFullError DuplicateFileError FatalPostgresError FileNameTooLongError
    IdleInTransactionSessionTimeoutError IdleSessionTimeoutError IndexCorruptedError
    InsufficientResourcesError InterfaceError InternalClientError InternalServerError
    InvalidAuthorizationSpecificationError InvalidCachedStatementError InvalidCatalogNameError
    InvalidPasswordError InvalidSQLStatementNameError LockFileExistsError LockNotAvailableError
    ObjectInUseError OperatorInterventionError OutOfMemoryError OutdatedSchemaCacheError
    PostgresConnectionError PostgresIOError PostgresSystemError ProtocolError ProtocolViolationError
    QueryCanceledError ReadOnlySQLTransactionError SerializationError SnapshotTooOldError
    StatementCompletionUnknownError TargetServerAttributeNotMatched TooManyConnectionsError
    TransactionIntegrityConstraintViolationError TransactionResolutionUnknownError TransactionRollbackError
    TransactionTimeoutError UndefinedFileError UnknownPostgresError
""")
"""Of asyncpg."""

CONTENT = words("""
    ArraySubscriptError BadCopyFileFormatError CharacterNotInRepertoireError CheckViolationError
    DatetimeFieldOverflowError DivisionByZeroError DuplicateJsonObjectKeyValueError ErrorInAssignmentError
    EscapeCharacterConflictError IndicatorOverflowError IntervalFieldOverflowError
    InvalidArgumentForLogarithmError InvalidArgumentForNthValueFunctionError
    InvalidArgumentForNtileFunctionError InvalidArgumentForPowerFunctionError
    InvalidArgumentForSQLJsonDatetimeFunctionError InvalidArgumentForWidthBucketFunctionError
    InvalidBinaryRepresentationError InvalidCharacterValueForCastError InvalidDatetimeFormatError
    InvalidEscapeCharacterError InvalidEscapeOctetError InvalidEscapeSequenceError
    InvalidIndicatorParameterValueError InvalidJsonTextError InvalidParameterValueError
    InvalidPrecedingOrFollowingSizeError InvalidRegularExpressionError InvalidRowCountInLimitClauseError
    InvalidRowCountInResultOffsetClauseError InvalidSQLJsonSubscriptError InvalidTablesampleArgumentError
    InvalidTablesampleRepeatError InvalidTextRepresentationError InvalidTimeZoneDisplacementValueError
    InvalidUseOfEscapeCharacterError InvalidXmlCommentError InvalidXmlContentError InvalidXmlDocumentError
    InvalidXmlProcessingInstructionError MoreThanOneSQLJsonItemError MostSpecificTypeMismatchError
    NoSQLJsonItemError NonNumericSQLJsonItemError NonUniqueKeysInAJsonObjectError
    NonstandardUseOfEscapeCharacterError NotAnXmlDocumentError NotNullViolationError
    NullValueNoIndicatorParameterError NullValueNotAllowedError NumericValueOutOfRangeError
    PostgresFloatingPointError ProgramLimitExceededError SQLJsonArrayNotFoundError
    SQLJsonItemCannotBeCastToTargetTypeError SQLJsonMemberNotFoundError SQLJsonNumberNotFoundError
    SQLJsonObjectNotFoundError SQLJsonScalarRequiredError SequenceGeneratorLimitExceededError
    SingletonSQLJsonItemRequiredError StatementTooComplexError StringDataLengthMismatchError
    StringDataRightTruncationError SubstringError TooManyArgumentsError TooManyColumnsError
    TooManyJsonArrayElementsError TooManyJsonObjectMembersError TrimError UnterminatedCStringError
    UntranslatableCharacterError ZeroLengthCharacterStringError
""")
"""Of asyncpg, and DataError, of which there are two."""

BUGS = words("""
    ActiveSQLTransactionError AmbiguousAliasError AmbiguousColumnError AmbiguousFunctionError
    AmbiguousParameterError AssertError BranchTransactionAlreadyActiveError CannotCoerceError
    CantChangeRuntimeParamError CardinalityViolationError CaseNotFoundError ClientConfigurationError
    CollationMismatchError ContainingSQLNotPermittedError DatatypeMismatchError
    DependentObjectsStillExistError DependentPrivilegeDescriptorsStillExistError DiagnosticsError
    DuplicateAliasError DuplicateColumnError DuplicateCursorError DuplicateDatabaseError
    DuplicateFunctionError DuplicateObjectError DuplicatePreparedStatementError DuplicateSchemaError
    DuplicateTableError EventTriggerProtocolViolatedError ExclusionViolationError ExternalRoutineError
    ExternalRoutineInvocationError FDWColumnNameNotFoundError FDWDynamicParameterValueNeededError FDWError
    FDWFunctionSequenceError FDWInconsistentDescriptorInformationError FDWInvalidAttributeValueError
    FDWInvalidColumnNameError FDWInvalidColumnNumberError FDWInvalidDataTypeDescriptorsError
    FDWInvalidDataTypeError FDWInvalidDescriptorFieldIdentifierError FDWInvalidHandleError
    FDWInvalidOptionIndexError FDWInvalidOptionNameError FDWInvalidStringFormatError
    FDWInvalidStringLengthOrBufferLengthError FDWInvalidUseOfNullPointerError FDWNoSchemasError
    FDWOptionNameNotFoundError FDWOutOfMemoryError FDWReplyHandleError FDWSchemaNotFoundError
    FDWTableNotFoundError FDWTooManyHandlesError FDWUnableToCreateExecutionError FDWUnableToCreateReplyError
    FDWUnableToEstablishConnectionError FeatureNotSupportedError ForeignKeyViolationError
    FunctionExecutedNoReturnStatementError GeneratedAlwaysError GroupingError
    HeldCursorRequiresSameIsolationLevelError InFailedSQLTransactionError
    InappropriateAccessModeForBranchTransactionError InappropriateIsolationLevelForBranchTransactionError
    IndeterminateCollationError IndeterminateDatatypeError InsufficientPrivilegeError
    IntegrityConstraintViolationError InvalidArgumentForXqueryError InvalidColumnDefinitionError
    InvalidColumnReferenceError InvalidCursorDefinitionError InvalidCursorNameError InvalidCursorStateError
    InvalidDatabaseDefinitionError InvalidForeignKeyError InvalidFunctionDefinitionError
    InvalidGrantOperationError InvalidGrantorError InvalidLocatorSpecificationError InvalidNameError
    InvalidObjectDefinitionError InvalidPreparedStatementDefinitionError InvalidRecursionError
    InvalidRoleSpecificationError InvalidSavepointSpecificationError InvalidSchemaDefinitionError
    InvalidSchemaNameError InvalidSqlstateReturnedError InvalidTableDefinitionError
    InvalidTransactionInitiationError InvalidTransactionStateError InvalidTransactionTerminationError
    LocatorError ModifyingExternalRoutineSQLDataNotPermittedError ModifyingSQLDataNotPermittedError
    NameTooLongError NoActiveSQLTransactionError NoActiveSQLTransactionForBranchTransactionError
    NoDataFoundError NullValueInExternalRoutineNotAllowedError ObjectNotInPrerequisiteStateError PLPGSQLError
    PostgresError PostgresSyntaxError ProhibitedExternalRoutineSQLStatementAttemptedError
    ProhibitedSQLStatementAttemptedError RaiseError ReadingExternalRoutineSQLDataNotPermittedError
    ReadingSQLDataNotPermittedError ReservedNameError RestrictViolationError SQLRoutineError
    SQLStatementNotYetCompleteError SavepointError SchemaAndDataStatementMixingNotSupportedError
    SrfProtocolViolatedError StackedDiagnosticsAccessedWithoutActiveHandlerError SyntaxOrAccessError
    TooManyRowsError TriggerProtocolViolatedError TriggeredActionError TriggeredDataChangeViolationError
    UndefinedColumnError UndefinedFunctionError UndefinedObjectError UndefinedParameterError
    UndefinedTableError UniqueViolationError UnsafeNewEnumValueUsageError UnsupportedClientFeatureError
    UnsupportedServerFeatureError WindowingError WithCheckOptionViolationError WrongObjectTypeError
""")
"""Of asyncpg."""

KAFKA_CONTENT = ["MessageSizeTooLargeError", "RecordListTooLargeError", "RecordTooLargeError"]
KAFKA_BUGS = ["IllegalArgumentError", "IllegalOperation", "KafkaConfigurationError", "UnsupportedCodecError"]
KAFKA_PASSES = words("""
    AuthenticationFailedError AuthenticationMethodNotSupported BrokerNotAvailableError BrokerResponseError
    Cancelled ClusterAuthorizationFailedError CommitFailedError ConcurrentTransactions ConsumerStoppedError
    CorrelationIdError CorruptRecordException DelegationTokenAuthDisabled DelegationTokenAuthorizationFailed
    DelegationTokenExpired DelegationTokenNotFound DelegationTokenOwnerMismatch
    DelegationTokenRequestNotAllowed DuplicateSequenceNumber FetchSessionIdNotFound
    GroupAuthorizationFailedError GroupCoordinatorNotAvailableError GroupIdNotFound GroupLoadInProgressError
    IllegalGenerationError IllegalSaslStateError IllegalStateError InconsistentGroupProtocolError
    IncompatibleBrokerVersion InvalidCommitOffsetSizeError InvalidConfigurationError InvalidFetchRequestError
    InvalidFetchSessionEpoch InvalidGroupIdError InvalidPartitionsError InvalidPrincipalType
    InvalidProducerEpoch InvalidProducerIdMapping InvalidReplicationAssignmentError
    InvalidReplicationFactorError InvalidRequestError InvalidRequiredAcksError InvalidSessionTimeoutError
    InvalidTimestampError InvalidTopicError InvalidTransactionTimeout InvalidTxnState KafkaConnectionError
    KafkaError KafkaProtocolError KafkaStorageError KafkaTimeoutError KafkaUnavailableError
    LeaderNotAvailableError ListenerNotFound LogDirNotFound MemberIdRequired MetadataEmptyBrokerList
    NoBrokersAvailable NoError NoOffsetForPartitionError NodeNotReadyError NonEmptyGroup NotControllerError
    NotCoordinatorForGroupError NotEnoughReplicasAfterAppendError NotEnoughReplicasError
    NotLeaderForPartitionError OffsetMetadataTooLargeError OffsetOutOfRangeError OperationNotAttempted
    OutOfOrderSequenceNumber PolicyViolationError ProducerClosed ProducerFenced QuotaViolationError
    ReassignmentInProgress RebalanceInProgressError ReplicaNotAvailableError RequestTimedOutError
    SaslAuthenticationFailed SecurityDisabled StaleControllerEpochError StaleLeaderEpochCodeError
    StaleMetadata TooManyInFlightRequests TopicAlreadyExistsError TopicAuthorizationFailedError
    TransactionCoordinatorFenced TransactionalIdAuthorizationFailed UnknownError UnknownMemberIdError
    UnknownProducerId UnknownTopicOrPartitionError UnrecognizedBrokerVersion UnsupportedForMessageFormatError
    UnsupportedSaslMechanismError UnsupportedVersionError
""")


def raised_by(*modules: object) -> set[type[Exception]]:
    """Every class that a library's modules can raise: no warnings, which nobody raises here."""
    found = (thing for module in modules for thing in vars(module).values())
    return {
        thing
        for thing in found
        if isinstance(thing, type) and issubclass(thing, Exception) and not issubclass(thing, Warning)
    }


ASYNCPG = raised_by(asyncpg.exceptions, _base)
KAFKA = {error for error in raised_by(kafka) if error.__module__ == kafka.__name__}


def decided(errors: set[type[Exception]], failure: Failure) -> Iterator[str]:
    for error in errors:
        # Made without arguments, which each class wants others of.
        if failure_of(error.__new__(error)) is failure:
            yield error.__name__


@pytest.mark.parametrize(
    ("failure", "names"),
    [
        (Failure.TRANSIENT, PASSES),
        (Failure.CONTENT, [*CONTENT, "DataError", "DataError"]),
        (Failure.BUG, BUGS),
    ],
)
def test_each_exception_of_the_database_is_decided(failure: Failure, names: list[str]) -> None:
    assert sorted(decided(ASYNCPG, failure)) == sorted(names)


@pytest.mark.parametrize(
    ("failure", "names"),
    [(Failure.TRANSIENT, KAFKA_PASSES), (Failure.CONTENT, KAFKA_CONTENT), (Failure.BUG, KAFKA_BUGS)],
)
def test_each_exception_of_the_broker_is_decided(failure: Failure, names: list[str]) -> None:
    assert sorted(decided(KAFKA, failure)) == sorted(names)


def test_a_backend_that_was_ended_in_the_middle_of_a_reset_passes() -> None:
    assert transient(asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"))
    assert transient(pgproto.BufferError("insufficient data in buffer"))


def test_a_full_disk_passes_whatever_the_server_calls_it() -> None:
    assert transient(asyncpg.DiskFullError("could not extend file"))
    assert transient(asyncpg.InternalServerError("could not write init file"))
    assert transient(asyncpg.exceptions.PostgresIOError("could not fsync file"))


def test_a_state_that_asyncpg_does_not_know_goes_by_its_number() -> None:
    for sqlstate, failure in (("57P99", Failure.TRANSIENT), ("22999", Failure.CONTENT), ("ZZ000", Failure.BUG)):
        error = asyncpg.PostgresError.new({"C": sqlstate, "M": "?", "S": "ERROR"})
        assert failure_of(error) is failure


@pytest.mark.parametrize(
    "error", [OSError(), TimeoutError(), ConnectionResetError(), EOFError(), Fenced("0"), ConsumerNotStarted()]
)
def test_what_lies_between_us_and_them_passes(error: Exception) -> None:
    assert transient(error)


@pytest.mark.parametrize("error", [ZeroDivisionError(), KeyError(), ValueError(), TypeError(), AssertionError()])
def test_what_the_code_gets_wrong_is_a_bug(error: Exception) -> None:
    assert failure_of(error) is Failure.BUG
    assert refusal_of(error) is None


def test_what_the_content_of_a_record_causes_is_refused_without_quoting_it() -> None:
    class Limited(BaseModel):
        at: datetime

    with pytest.raises(ValidationError) as caught:
        Limited.model_validate({"at": "call 13800001111"})
    refused = refusal_of(caught.value)
    assert refused is not None
    assert (refused.reason, refused.detail) == (UNPROCESSABLE, "Limited: at: datetime_from_date_parsing")
    for failure in (
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "13800001111"),
        asyncpg.CharacterNotInRepertoireError("13800001111"),
        OverflowError("13800001111"),
    ):
        refused = refusal_of(failure)
        assert refused is not None
        assert "13800001111" not in refused.detail


def test_what_is_away_is_named() -> None:
    assert whose(kafka.KafkaConnectionError()) is Dependency.BROKER
    assert whose(ConsumerNotStarted()) is Dependency.BROKER
    for error in (ConnectionRefusedError(), asyncpg.CannotConnectNowError(), asyncpg.InterfaceError("closed")):
        assert whose(error) is Dependency.DATABASE


def test_what_the_work_refuses_keeps_its_reason() -> None:
    refused = refusal_of(Refused("calendar", "no such year"))
    assert refused is not None
    assert (refused.reason, refused.detail) == ("calendar", "no such year")


def test_a_refusal_that_is_remembered_keeps_no_frames_of_the_batch_in_which_it_was_raised() -> None:
    with pytest.raises(Refused) as caught:
        raise Refused("calendar", "no such year")
    remembered = refusal_of(caught.value)
    assert remembered is not None
    assert (remembered.__traceback__, remembered.__context__) == (None, None)
