/** A file of each kind of source that the demonstration's council and provider send, about one invented child. */
export const FILES: readonly { readonly source: string; readonly file: string; readonly body: string }[] = [
  {
    source: "leeds-eyc",
    file: "census.csv",
    body: [
      "H,EYC,SPR,2026,2026-01-15,L,383,Any,1,001,2026-01-29T10:36:42",
      "ChildId,Surname,Forename,DOB,PostCode,SettingName,EarlyYearsURN,HoursAtSetting,FundedHours",
      "K-1,Ashdown,Kit,2023-02-11,LS7 4CI,Any Nursery,799199,15,15",
    ].join("\n"),
  },
  {
    source: "leeds-progress",
    file: "check.csv",
    body: [
      "check_id,child_id,given_name,family_name,birth_date,postcode,setting_name,early_years_urn,check_date,communication_and_language,physical_development,personal_social_emotional",
      "K-1,K-1,Kit,Ashdown,2023-02-11,LS7 4CI,Any Nursery,799199,2025-06-02,Talks,Runs,Plays",
    ].join("\n"),
  },
  {
    source: "leeds-hub",
    file: "registrations.csv",
    body: [
      "child_id,given_name,family_name,birth_date,postcode,hub_code,hub_name,registered_on",
      "K-1,Kit,Ashdown,2023-02-11,LS7 4CI,ANY,Any Hub,2023-05-02",
    ].join("\n"),
  },
  {
    source: "leeds-adt",
    file: "messages.hl7",
    body: [
      "MSH|^~\\&|PAS|Z9911|GATEWAY|ROUTE|20250920101530||ADT^A28|1|P|2.4||||||UNICODE UTF-8",
      "EVN|A28|202509201015",
      "PID|1||K-1^^^Z9911^MR||Ashdown^Kit^^^^^L||20230211|F|||^^^^LS7 4CI^^H",
      "PD1|||Any Practice^^Z99101",
    ].join("\r"),
  },
];
