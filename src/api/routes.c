#include "api/routes.h"

extern const struct api_route api_security_routes[];
extern const struct api_route api_acceptance_routes[], api_account_routes[], api_cancellation_routes[],
	api_cases_routes[], api_city_routes[], api_consent_routes[], api_guardian_routes[],
	api_ward_use_routes[], api_staff_guardian_routes[], api_device_routes[], api_duty_routes[],
	api_incident_routes[], api_transfer_routes[], api_analysis_routes[], api_bulletin_routes[],
	api_installation_routes[], api_notice_routes[], api_announcement_routes[], api_ledger_routes[],
	api_me_routes[], api_permission_routes[], api_policy_routes[], api_policy_changes_routes[],
	api_realname_routes[], api_prefill_routes[], api_register_routes[], api_services_routes[],
	api_session_routes[], api_staff_routes[], api_static_routes[], api_system_routes[],
	api_usage_routes[], api_sdk_routes[], api_kept_routes[], api_preference_routes[];

extern const struct api_route api_releases_routes[], api_releases_write_routes[], api_assessments_routes[],
	api_policy_print_routes[];

extern const struct api_route api_exception_routes[];
extern const struct api_route api_publication_routes[];
extern const struct api_route api_rating_routes[];
extern const struct api_route api_staff_paper_routes[];

extern const struct api_route api_promotion_routes[], api_staff_promotion_routes[], api_partner_call_routes[],
	api_partner_data_routes[];

extern const struct api_route api_use_log_routes[];
extern const struct api_route api_clause_routes[];
extern const struct api_route api_complaint_routes[];
extern const struct api_route api_photo_place_routes[];
extern const struct api_route api_wish_routes[];

extern const struct api_route api_agreement_routes[], api_paragraph_routes[];

extern const struct api_route api_withdrawal_routes[];

extern const struct api_route api_rights_routes[], api_staff_rights_routes[];

extern const struct api_route api_login_routes[], api_watch_routes[], api_outage_routes[], api_cut_routes[];

/* one a line */
/* clang-format off */
const struct api_route *const api_route_tables[] = {
	api_city_routes,
	api_policy_routes,
	api_agreement_routes,
	api_paragraph_routes,
	api_policy_changes_routes,
	api_register_routes,
	api_installation_routes,
	api_acceptance_routes,
	api_permission_routes,
	api_account_routes,
	api_prefill_routes,
	api_session_routes,
	api_login_routes,
	api_watch_routes,
	api_outage_routes,
	api_cut_routes,
	api_realname_routes,
	api_consent_routes,
	api_guardian_routes,
	api_ward_use_routes,
	api_staff_guardian_routes,
	api_me_routes,
	api_usage_routes,
	api_cancellation_routes,
	api_services_routes,
	api_cases_routes,
	api_staff_routes,
	api_complaint_routes,
	api_duty_routes,
	api_clause_routes,
	api_transfer_routes,
	api_analysis_routes,
	api_security_routes,
	api_incident_routes,
	api_bulletin_routes,
	api_device_routes,
	api_exception_routes,
	api_publication_routes,
	api_rating_routes,
	api_staff_paper_routes,
	api_promotion_routes,
	api_staff_promotion_routes,
	api_partner_call_routes,
	api_partner_data_routes,
	api_ledger_routes,
	api_system_routes,
	api_withdrawal_routes,
	api_rights_routes,
	api_staff_rights_routes,
	api_static_routes,
	api_releases_routes,
	api_releases_write_routes,
	api_assessments_routes,
	api_policy_print_routes,
	api_sdk_routes,
	api_kept_routes,
	api_use_log_routes,
	api_photo_place_routes,
	api_wish_routes,
	api_preference_routes,
	api_notice_routes,
	api_announcement_routes,
	NULL,
};
/* clang-format on */
